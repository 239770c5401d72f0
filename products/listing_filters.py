"""The views of the list of listings, and what narrows it further."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.remote import CardStatus
from marketplaces.models import Connection
from marketplaces.shop_filter import ShopFilterForm
from partners.models import Partner
from partners.typed import SearchField
from products.models import Listing
from products.tabs import COUNTED_UP_TO, TROUBLE, CountUpTo
from sellercloudx.lib.text import fold

State = Listing.State


@dataclass(frozen=True)
class View:
    """What is to be done with the listings in it."""

    slug: str
    label: str | Promise
    condition: Q
    is_hot: bool = False


VIEWS = (
    View("", _("All"), Q()),
    View("you", _("Need you"), TROUBLE | Q(state__in=[State.REVIEW, State.NO_CARD]), is_hot=True),
    View("review", _("To approve"), Q(state=State.REVIEW), is_hot=True),
    View("held", _("Prices held back"), Q(price_held_at__isnull=False), is_hot=True),
    View("found", _("To take over"), Q(state=State.FOUND), is_hot=True),
    View("making", _("In work"), Q(state__in=[State.WANTED, State.APPROVED])),
    View("sale", _("On sale"), Q(state=State.SENT, remote_status=CardStatus.ACCEPTED)),
)


def shops_of(partner: Partner) -> list[Connection]:
    """Shops that may have listings; one that was disconnected keeps them."""
    return list(Connection.objects.filter(partner=partner).exclude(account="").order_by("pk"))


class ListingFilterForm(ShopFilterForm):
    """What narrows the list; anything odd in the address is left out."""

    narrowing = ("q", "shop", "state")
    q = SearchField(label=_("Search listings"), placeholder=_("Name, SKU, barcode"))
    state = forms.ChoiceField(
        label=_("State"), required=False, choices=[("", _("All states")), *State.choices]
    )
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    @property
    def view(self) -> View:
        slug = self.cleaned_data.get("tab", "")
        return next((view for view in VIEWS if view.slug == slug), VIEWS[0])

    def narrow(self, listings: QuerySet[Listing]) -> QuerySet[Listing]:
        """By the view, too."""
        filters = self.filters
        listings = self.of_shop(listings)
        if state := filters.get("state"):
            listings = listings.filter(state=state)
        for word in fold(filters.get("q", "")).split():
            listings = listings.filter(product__folded__contains=word)
        return listings.filter(self.view.condition)


def links(partner: Partner, form: ListingFilterForm) -> list[dict[str, Any]]:
    """The views with their numbers, counted up to a thousand in one query."""
    own = Listing.objects.for_partner(partner).order_by().values("pk")
    counts = Partner.objects.filter(pk=partner.pk).values(
        **{f"in_{v.slug}": CountUpTo(own.filter(v.condition)[:COUNTED_UP_TO]) for v in VIEWS}
    )[0]
    return [
        {
            "url": "?" + urlencode(({"tab": view.slug} if view.slug else {}) | form.filters),
            "label": view.label,
            "count": counts[f"in_{view.slug}"],
            "is_hot": view.is_hot,
            "is_current": view == form.view,
        }
        for view in VIEWS
    ]

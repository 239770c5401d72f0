"""The views of the list of listings, and what narrows it further."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.remote import CardStatus
from marketplaces.models import Connection
from partners.models import Partner
from partners.typed import SearchField
from products.models import Listing
from products.tabs import COUNTED_UP_TO, TROUBLE, CountUpTo
from products.wording import shop_title
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


class ListingFilterForm(forms.Form):
    """What narrows the list; anything odd in the address is left out."""

    q = SearchField(label=_("Search listings"), placeholder=_("Name, SKU, barcode"))
    shop = forms.ChoiceField(label=_("Shop"), required=False)
    state = forms.ChoiceField(label=_("State"), required=False)
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str], *, shops: Sequence[Connection]):
        super().__init__(data)
        named = [(str(shop.pk), shop_title(shop)) for shop in shops]
        self.fields["shop"].choices = [("", _("All shops")), *named]
        self.fields["state"].choices = [("", _("All states")), *State.choices]
        if len(shops) < 2:
            del self.fields["shop"]
        self.full_clean()

    @property
    def filters(self) -> dict[str, str]:
        """Those in use, as they stand in the address."""
        cleaned = {name: self.cleaned_data.get(name, "") for name in ("q", "shop", "state")}
        return {name: value for name, value in cleaned.items() if value}

    @property
    def view(self) -> View:
        slug = self.cleaned_data.get("tab", "")
        return next((view for view in VIEWS if view.slug == slug), VIEWS[0])

    def narrow(self, listings: QuerySet[Listing]) -> QuerySet[Listing]:
        """By the view, too."""
        filters = self.filters
        if shop := filters.get("shop"):
            listings = listings.filter(connection=int(shop))
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

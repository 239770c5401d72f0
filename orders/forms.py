from collections.abc import Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplaces.shop_filter import ShopFilterForm
from orders.models import Order, OrderLine
from orders.wording import CANCEL_REASONS
from partners.models import Partner
from partners.typed import SearchField
from products.models import Product
from sellercloudx.lib.text import fold


class FilterForm(ShopFilterForm):
    """What narrows the order list; anything odd in the address is left out."""

    narrowing = ("q", "shop")
    q = SearchField(label=_("Search orders"), placeholder=_("Number, product, SKU"))
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def narrow(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        orders = self.of_shop(orders)
        return searched(orders, self.filters.get("q", ""))


def searched(orders: QuerySet[Order], q: str) -> QuerySet[Order]:
    """Those whose number begins so, or with every word in a line of theirs."""
    return orders.filter(Q(external_id__startswith=q) | Exists(_lines_with(q))) if q else orders


def _lines_with(q: str) -> QuerySet[OrderLine]:
    lines = OrderLine.objects.filter(order=OuterRef("pk"))
    for word in fold(q).split():
        lines = lines.filter(Q(folded__contains=word) | Q(product__folded__contains=word))
    return lines


class CancelForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), widget=forms.RadioSelect)
    pieces_are_gone = forms.BooleanField(
        label=_("Take the pieces off my stock"),
        help_text=_("Otherwise they go on sale again as soon as the marketplace agrees."),
        required=False,
        initial=True,
    )

    def __init__(self, data: Mapping[str, str] | None, *, reasons: Sequence[str]):
        super().__init__(data)
        self.fields["reason"].choices = [(code, CANCEL_REASONS.get(code, code)) for code in reasons]


class LinkForm(forms.Form):
    """Names one of the partner's products."""

    sku = forms.CharField(
        label=_("SKU of your product"),
        max_length=80,
        widget=forms.TextInput(attrs={"list": "own-products", "autocomplete": "off"}),
    )

    def __init__(self, data: Mapping[str, str] | None = None, *, partner: Partner):
        super().__init__(data)
        self.partner = partner

    def clean_sku(self) -> Product:
        sku = self.cleaned_data["sku"]
        product = Product.objects.for_partner(self.partner).filter(sku=sku).first()
        if product is None:
            raise ValidationError(_("You have no product with this SKU."))
        return product

from collections.abc import Mapping, Sequence

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from orders.models import Order, OrderLine
from orders.wording import CANCEL_REASONS
from partners.models import Partner
from partners.typed import SearchField
from products.models import Product
from products.wording import shop_title
from sellercloudx.lib.text import fold


class FilterForm(forms.Form):
    """What narrows the order list; anything odd in the address is left out."""

    q = SearchField(label=_("Search orders"), placeholder=_("Number, product, SKU"))
    shop = forms.ChoiceField(label=_("Shop"), required=False)
    tab = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, str], *, shops: Sequence[Connection]):
        super().__init__(data)
        named = [(str(shop.pk), shop_title(shop)) for shop in shops]
        self.fields["shop"].choices = [("", _("All shops")), *named]
        if len(shops) < 2:
            del self.fields["shop"]
        self.full_clean()

    @property
    def filters(self) -> dict[str, str]:
        """Those in use, as they stand in the address."""
        cleaned = {name: self.cleaned_data.get(name, "") for name in ("q", "shop")}
        return {name: value for name, value in cleaned.items() if value}

    def narrow(self, orders: QuerySet[Order]) -> QuerySet[Order]:
        if shop := self.filters.get("shop"):
            orders = orders.filter(connection=int(shop))
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

"""What narrows a list by its address, where the things in it are of shops."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplaces.models import Connection
from marketplaces.shop_names import shop_title


class ShopFilterForm(forms.Form):
    """Anything odd in the address is left out; with one shop there is nothing to choose.

    The fields that narrow are named by `narrowing`, in the order they are shown.
    """

    narrowing: tuple[str, ...] = ("shop",)
    shop = forms.ChoiceField(label=_("Shop"), required=False)

    def __init__(self, data: Mapping[str, str], *, shops: Sequence[Connection] = ()):
        super().__init__(data)
        self.order_fields([*self.narrowing, *self.fields])
        named = [(str(shop.pk), shop_title(shop)) for shop in shops]
        cast(forms.ChoiceField, self.fields["shop"]).choices = [("", _("All shops")), *named]
        if len(shops) < 2:
            del self.fields["shop"]
        self.full_clean()

    @property
    def filters(self) -> dict[str, str]:
        """Those in use, as they stand in the address."""
        cleaned = {name: self.cleaned_data.get(name, "") for name in self.narrowing}
        return {name: value for name, value in cleaned.items() if value}

    def of_shop(self, rows: Any) -> Any:
        shop = self.filters.get("shop")
        return rows.filter(connection=int(shop)) if shop else rows

from django import forms
from django.utils.translation import gettext_lazy as _

from marketplaces import replaying
from marketplaces.connectors.base import Connector
from marketplaces.connectors.remote import CheckResult, RemoteShop
from marketplaces.models import Operation
from marketplaces.shop_filter import ShopFilterForm

SHOP_IS_OFF = _(
    "A shop whose access by API is switched off cannot be chosen. Switch it on in the cabinet of "
    "the marketplace, then test the key again."
)


class KeyForm(forms.Form):
    """The fields of one marketplace's key, as its connector names them. Never filled in again."""

    def __init__(self, connector: type[Connector], *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in connector.credential_fields:
            if field.is_typed:
                self.fields[field.name] = _key_field(field)


def _key_field(field) -> forms.CharField:
    widget = forms.PasswordInput if field.is_secret else forms.TextInput
    return forms.CharField(
        label=field.label,
        help_text=field.help_text,
        max_length=400,
        widget=widget(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )


class ShopSelect(forms.RadioSelect):
    """Shops that are switched off are shown, but cannot be taken."""

    off: frozenset[str] = frozenset()

    def create_option(self, name, value, *args, **kwargs):
        option = super().create_option(name, value, *args, **kwargs)
        if value in self.off:
            option["attrs"]["disabled"] = True
        return option


class ShopForm(forms.Form):
    """Which of the shops the key opens."""

    shop = forms.ChoiceField(label=_("Shop"), widget=ShopSelect)

    def __init__(self, seen: CheckResult, *args, **kwargs):
        super().__init__(*args, **kwargs)
        names = {business.id: business.name for business in seen.businesses}
        shops = [shop for shop in seen.shops if shop.business_id in names]
        field = self.fields["shop"]
        field.choices = [(shop.id, _shop_label(shop, names[shop.business_id])) for shop in shops]
        field.widget.off = frozenset(shop.id for shop in shops if not shop.is_available)
        if field.widget.off:
            field.help_text = SHOP_IS_OFF
        free = [shop.id for shop in shops if shop.is_available]
        if len(free) == 1:
            field.initial = free[0]

    def clean_shop(self):
        shop = self.cleaned_data["shop"]
        if shop in self.fields["shop"].widget.off:
            raise forms.ValidationError(SHOP_IS_OFF, code="off")
        return shop


def _shop_label(shop: RemoteShop, business: str) -> str:
    label = f"{shop.name} · {shop.placement} · {business}"
    return label if shop.is_available else f"{label} · {_('switched off')}"


class NotToldForm(ShopFilterForm):
    """What narrows the list of what was not told; anything odd in the address is left out."""

    narrowing = ("kind", "shop")
    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("All actions")), *Operation.Kind.choices]
    )
    show = forms.CharField(required=False, widget=forms.HiddenInput)

    def narrow(self, operations):
        if kind := self.filters.get("kind"):
            operations = operations.filter(kind=kind)
        return self.of_shop(operations)


class CapForm(forms.Form):
    """How many destructive actions a day a shop lets out."""

    destructive_cap = forms.IntegerField(
        label=_("Most cancelled orders and emptied stocks a day"),
        help_text=_("What is more is held back until you let it through or drop it."),
        min_value=0,
        max_value=100_000,
    )


class DayForm(forms.Form):
    day = forms.DateField(
        label=_("Day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
    )
    submission = forms.UUIDField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        first, last = replaying.days_to_choose()
        self.fields["day"].widget.attrs |= {"min": first.isoformat(), "max": last.isoformat()}

    def clean_day(self):
        day = self.cleaned_data["day"]
        first, last = replaying.days_to_choose()
        if not first <= day <= last:
            raise forms.ValidationError(_("Choose a day of the last year, today at the latest."))
        return day

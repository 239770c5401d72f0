"""The page that says what this is, to those who are not signed in."""

from decimal import Decimal

from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from marketplaces.connectors.registry import CONNECTORS

MARKETPLACES = {
    "yandex": "Yandex Market",
    "uzum": "Uzum Market",
    "wildberries": "Wildberries",
    "ozon": "Ozon",
}


@require_safe
def home(request):
    return render(
        request,
        "pages/home.html",
        {
            "marketplaces": [
                {"name": name, "is_ready": slug in CONNECTORS}
                for slug, name in MARKETPLACES.items()
            ],
            "steps": steps(),
            "example": example_price(),
        },
    )


def steps() -> list[dict]:
    return [
        {
            "title": _("Register"),
            "text": _("Company, tax number, phone. An admin checks the application and tells you."),
        },
        {
            "title": _("Connect your shop"),
            "text": _(
                "Paste the key from the marketplace. We test it at once and say what it opens."
            ),
        },
        {
            "title": _("Add a product"),
            "text": _(
                "Name, quantity, cost. You read the proposed price and card, change them, approve."
            ),
        },
        {
            "title": _("Ship orders"),
            "text": _(
                "Orders arrive by themselves, stock is set aside, the label is one press away."
            ),
        },
    ]


def example_price() -> list[dict]:
    """A made-up price that adds up, shown as an example and called one."""
    return [
        {"label": _("Cost price"), "why": _("You typed it"), "amount": Decimal(62_000)},
        {"label": _("Commission"), "why": _("15% of the price"), "amount": Decimal(19_350)},
        {"label": _("Delivery"), "why": _("By size and weight"), "amount": Decimal(12_000)},
        {"label": _("Payout fee"), "why": _("1% of the price"), "amount": Decimal(1_290)},
        {"label": _("Turnover tax"), "why": _("1% of the price"), "amount": Decimal(1_290)},
        {"label": _("Your profit"), "why": _("What you asked for"), "amount": Decimal(33_070)},
        {"label": _("Price"), "amount": Decimal(129_000), "is_total": True},
    ]

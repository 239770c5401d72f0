"""What each kind of long work is called, and what is to be done where one fails."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, str | Promise] = {
    "export_products": _("Export of products"),
    "export_orders": _("Export of orders"),
}
# Why work failed -> what the seller does about it.
TROUBLES: dict[str, str | Promise] = {
    "broke": _("Something broke on our side. Try again; if it fails once more, write to Support."),
    "stopped": _("It stopped in the middle three times. Try again later, or write to Support."),
    "too_large": _(
        "It does not fit into one file. Narrow the list or the period and export again."
    ),
}


def title(kind: str) -> str:
    return str(TITLES.get(kind, kind))

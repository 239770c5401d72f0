"""What each kind of long work is called, and what is to be done where one fails."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TITLES: dict[str, str | Promise] = {
    "export_products": _("Export of products"),
    "export_orders": _("Export of orders"),
    "publish_cards": _("Publishing of cards"),
    "import_products": _("Import of products"),
    "replay_day": _("A day of orders read again"),
    "import_catalogue": _("Import of a shop's catalogue"),
    "take_over_listings": _("Taking over of listings"),
}
# Those that keep what became of each thing, on a page of its own.
ITEMISED = ("publish_cards", "import_products", "import_catalogue", "take_over_listings")
# Why work failed -> what the seller does about it.
TROUBLES: dict[str, str | Promise] = {
    "broke": _("Something broke on our side. Try again; if it fails once more, write to Support."),
    "stopped": _("It stopped in the middle three times. Try again later, or write to Support."),
    "too_large": _(
        "It does not fit into one file. Narrow the list or the period and export again."
    ),
    "not_allowed": _("Whoever started it may not change products any more. Start it yourself."),
    "shop_away": _(
        "The marketplace does not answer, or the shop is not worked for now. See its page, and try "
        "again."
    ),
    "file_gone": _("The file was kept for 7 days and is gone. Upload it again."),
    "unreadable": _("The file cannot be read any more. Save it anew and upload it again."),
}


def title(kind: str) -> str:
    return str(TITLES.get(kind, kind))

"""What was not told to marketplaces, and why: for those who may try it again or drop it."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from marketplaces.models import Operation
from marketplaces.models.operations import OperationQuerySet

State = Operation.State
# View of the list -> its states and its name.
SHOWS = {
    "": (Operation.UNDECIDED, _("To decide")),
    "parked": ((State.PARKED,), _("Without an answer")),
    "refused": ((State.REJECTED,), _("Refused")),
    "held": ((State.HELD,), _("Held back")),
    "rehearsed": ((State.REHEARSED,), _("Rehearsed")),
    "dropped": ((State.UNTOLD,), _("Dropped")),
}


def show_of(params: Mapping[str, str]) -> str:
    """The view that an address names; the first one for anything odd."""
    show = params.get("show", "")
    return show if show in SHOWS else ""


def listed(operations: OperationQuerySet, show: str) -> OperationQuerySet:
    """Those of a view. What newer news has followed is not worth a decision any more."""
    chosen = operations.filter(state__in=SHOWS[show][0])
    return chosen if show == "dropped" else chosen.not_outdated()


def tabs(show: str) -> list[dict[str, Any]]:
    return [
        {"label": label, "url": f"?show={value}", "is_current": value == show}
        for value, (_states, label) in SHOWS.items()
    ]

"""What was kept as JSON, as a person reads it."""

from django.utils.translation import gettext as _

NOTHING = "—"


def value(kept: object) -> str:
    """Lists with commas, a fact as its name and value, yes and no in words."""
    if isinstance(kept, bool):
        return _("Yes") if kept else _("No")
    if kept is None or kept in ("", [], {}):
        return NOTHING
    if isinstance(kept, dict):
        return _pairs(kept)
    if isinstance(kept, list):
        return ", ".join(_one_of_many(one) for one in kept)
    return str(kept)


def _pairs(kept: dict[str, object]) -> str:
    if {"name", "value"} <= kept.keys():
        return f"{kept['name']}: {value(kept['value'])}"
    return "; ".join(f"{name}: {value(one)}" for name, one in kept.items())


def _one_of_many(one: object) -> str:
    """A list inside a list is one thing in several words."""
    return (
        " ".join(value(part) for part in one if part != "") if isinstance(one, list) else value(one)
    )

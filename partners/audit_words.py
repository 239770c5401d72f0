"""What the audit keeps as codes, as a person reads it."""

from collections.abc import Iterable
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from partners.admin_words import WORDS
from partners.models import AuditLog
from sellercloudx.lib import worded
from sellercloudx.lib.wiring import resolve, table

ACTIONS: dict[str, str | Promise] = {
    # Coming in.
    "LOGIN_SUCCESS": _("signed in"),
    "LOGIN_FAILED": _("a sign-in failed"),
    "LOGOUT": _("signed out"),
    "PASSWORD_RESET_ASKED": _("asked for a new password"),
    "PASSWORD_RESET_SENT": _("the link for a new password was sent"),
    "PASSWORD_LINK_MADE": _("made a link for a new password"),
    "PASSWORD_RESET": _("set a new password"),
    "PASSWORD_CHANGED": _("changed the password"),
    "SECOND_FACTOR_ENROLLED": _("set up the second step"),
    "SECOND_FACTOR_CHANGED": _("changed the phone of the second step"),
    "SECOND_FACTOR_PASSED": _("passed the second step"),
    "SECOND_FACTOR_FAILED": _("too many wrong codes at the second step"),
    "SECOND_FACTOR_RESET": _("removed the second step"),
    "RECOVERY_CODE_USED": _("used a recovery code"),
    "RECOVERY_CODES_RENEWED": _("made new recovery codes"),
    "CONTACTS_CHANGED": _("changed their phone or email"),
    "TELEGRAM_LINKED": _("linked Telegram"),
    "TELEGRAM_UNLINKED": _("unlinked Telegram"),
    # Partners and their teams.
    "PARTNER_REGISTERED": _("registered"),
    "PARTNER_APPLIED_AGAIN": _("sent the application again"),
    "PARTNER_APPROVED": _("approved the partner"),
    "PARTNER_REJECTED": _("rejected the application"),
    "PARTNER_BLOCKED": _("blocked the partner"),
    "PARTNER_BLOCK_MOVED": _("changed the day on which the block ends"),
    "PARTNER_UNBLOCKED": _("unblocked the partner"),
    "PARTNER_DEACTIVATED": _("deactivated the partner"),
    "PARTNER_REACTIVATED": _("reactivated the partner"),
    "PARTNER_BACK_BLOCKED": _("reactivated the partner, whose block goes on"),
    "COMPANY_DETAILS_CHANGED": _("changed the company details"),
    "AI_SETTINGS_CHANGED": _("changed how much happens without a person"),
    "PRICE_PROPOSAL_ACCEPTED": _("accepted a proposed price"),
    "PRICE_PROPOSAL_DECLINED": _("kept the price that was questioned"),
    "PRICE_PROPOSAL_TOO_LATE": _("accepted a proposed price that held no more"),
    "PARTNER_SWITCHED": _("opened the cabinet of another company"),
    "PARTNER_NOTE_ADDED": _("wrote a note about a partner"),
    "PERMISSION_CHANGED": _("changed a role"),
    "MEMBER_REMOVED": _("removed a member"),
    "INVITATION_CREATED": _("invited somebody"),
    "INVITATION_REVOKED": _("took an invitation back"),
    "INVITATION_ACCEPTED": _("joined by an invitation"),
    "API_KEY_CREATED": _("made a key of the API"),
    "API_KEY_REVOKED": _("revoked a key of the API"),
    "REFERRAL_LINKED": _("came by a referral code"),
    # Our own people.
    "ADMIN_CREATED": _("made an admin"),
    "ADMIN_PROMOTED": _("made somebody an admin"),
    "ADMIN_ADDED": _("added a row in the tables"),
    "ADMIN_CHANGED": _("changed a row in the tables"),
    "ADMIN_DELETED": _("deleted a row in the tables"),
    "CHAT_ASSIGNED": _("noted who answers the chat"),
    "TICKET_OPENED": _("opened a ticket"),
    "TICKET_CHANGED": _("changed a ticket"),
    "EXPORT_PRODUCTS_STARTED": _("exported products"),
    "EXPORT_ORDERS_STARTED": _("exported orders"),
    "PUBLISH_CARDS_STARTED": _("published many cards"),
    "IMPORT_PRODUCTS_STARTED": _("imported products"),
    "REPLAY_DAY_STARTED": _("had a day of orders read again"),
    "IMPORT_CATALOGUE_STARTED": _("imported a shop's catalogue"),
    "TAKE_OVER_LISTINGS_STARTED": _("took over many listings"),
    "LISTING_TAKEN_OVER": _("took over the listing"),
    "CATALOGUE_ROW_DECIDED": _("decided about a product of a shop's catalogue"),
    "HELD_PRICE_CONFIRMED": _("confirmed a price held back"),
    "ACTIVITY_CANCELLED": _("cancelled long work"),
    "CANNED_REPLY_ADDED": _("added a ready answer"),
    "CANNED_REPLY_CHANGED": _("changed a ready answer"),
    "CANNED_REPLY_REMOVED": _("removed a ready answer"),
    "DEMO_ACCOUNT_CLOSED": _("closed an account of the demo"),
    # Shops.
    "MARKETPLACE_KEY_SAVED": _("saved a key of a shop"),
    "NOTIFICATIONS_ADDRESS_MADE": _("made an address for the marketplace's notifications"),
    "NOTIFICATIONS_OFF": _("took the address for notifications away"),
    "MARKETPLACE_TESTED": _("tested a shop"),
    "MARKETPLACE_CONNECTED": _("connected a shop"),
    "MARKETPLACE_DISCONNECTED": _("disconnected a shop"),
    "REHEARSAL_BEGUN": _("began a rehearsal of a shop"),
    "REHEARSAL_ENDED": _("ended the rehearsal of a shop"),
    "DESTRUCTIVE_CAP_SET": _("set the daily limit of cancelled orders and emptied stock"),
    "OPERATION_RETRIED": _("tried an operation again"),
    "OPERATION_DISMISSED": _("dismissed an operation"),
    "SHOP_RATES_ENTERED": _("entered what a shop takes"),
    # Products and orders.
    "PRODUCT_CREATED": _("added a product"),
    "PRODUCT_CHANGED": _("changed a product"),
    "PRICE_CHANGED": _("changed a price"),
    "PRICE_UNDONE": _("took a change of a price back"),
    "PRICES_CHANGED": _("changed many prices"),
    "PRICES_RELEASED": _("let a stopped change of prices go on"),
    "PRICES_STOPPED": _("stopped a change of many prices"),
    "PRICE_LIMITS_SET": _("set the limits of prices"),
    "STOCK_ADJUSTED": _("adjusted the stock"),
    "STOCK_WRITTEN_OFF": _("wrote pieces off"),
    "STOCK_LIMITS_CHANGED": _("changed what a shop may show of the stock"),
    "STOCK_MODE_CHANGED": _("changed how the stock is shown to shops"),
    "BUNDLE_CHANGED": _("changed what a bundle is made of"),
    "CATEGORY_CHOSEN": _("chose a category"),
    "CARD_PUBLISHED": _("published a card"),
    "ORDER_STATUS_CHANGED": _("moved an order"),
    "ORDER_CHANGED": _("the order changed"),
    "CONVERSATION_ASSIGNED": _("said who answers a buyer"),
    "CONVERSATION_DISMISSED": _("said that a buyer needs no answer"),
    "CONVERSATION_LINKED": _("linked what a buyer wrote to a product"),
    "ORDER_PACKED": _("sent boxes and marking codes of an order"),
    "RETURN_DECIDED": _("decided about a return"),
    "RETURN_RECEIVED": _("counted returned goods in"),
    "ORDER_LINE_LINKED": _("linked a line of an order"),
}

# What the audit keeps that is a column of no table.
NAMES: dict[str, str | Promise] = {
    "again": _("was here before"),
    "asked": _("asked for"),
    "category": _("category"),
    "changes": _("what was changed"),
    "cost": _("cost price"),
    "buffer": _("kept back"),
    "cap": _("at most"),
    "count": _("how many"),
    "days": _("days"),
    "email": _("email"),
    "error": _("error"),
    "least": _("lowest price"),
    "left": _("left"),
    "login": _("login"),
    "margin": _("smallest margin"),
    "mode": _("mode"),
    "most": _("highest price"),
    "number": _("number"),
    "ok": _("went well"),
    "on_hand": _("on hand"),
    "parts": _("parts"),
    "per_day": _("changes in a day"),
    "per_hour": _("changes in an hour"),
    "price": _("price"),
    "product": _("product"),
    "reason": _("reason"),
    "referral_code": _("referral code"),
    "referred": _("who was referred"),
    "role": _("role"),
    "shop": _("shop"),
    "status": _("status"),
    "step": _("largest step"),
    "tab": _("view of the list"),
    "terms": _("terms version"),
    "text": _("text"),
    "title": _("title"),
    "until": _("until"),
    "user": _("person"),
    "username": _("name in Telegram"),
    "version": _("version"),
}


def action(code: str) -> str:
    """One that nobody has found words for stays what it is."""
    return capfirst(str(ACTIONS.get(code, code)))


def told(records: Iterable[Any]) -> list[Any]:
    """Each with its words: `words`, `about` and `changed`."""
    records = list(records)
    for record in records:
        record.words = action(record.action)
        record.about = entity(record)
        record.changed = changes(record)
    return records


def choices() -> list[tuple[str, str]]:
    """For a list to choose from, by the alphabet of the reader."""
    return sorted(((code, action(code)) for code in ACTIONS), key=lambda one: one[1].lower())


def entity(record: AuditLog) -> str:
    model = _model(record.entity_type)
    name = str(model._meta.verbose_name) if model else record.entity_type
    return f"{capfirst(name)} № {record.entity_id}" if record.entity_id else capfirst(name)


def changes(record: AuditLog) -> list[tuple[str, str, str]]:
    """What differs: its name, before and after; before is empty where there was nothing."""
    model = _model(record.entity_type)
    return [
        (
            _name(model, name),
            _value(model, name, before),
            _told(record.action, name, after) or _value(model, name, after),
        )
        for name, before, after in record.changes()
    ]


def _told(action: str, name: str, kept: object) -> str:
    """By the room that knows what was asked for; "" where it is nothing but what it is."""
    if action not in table("AUDIT_VALUES"):
        return ""
    return str(resolve("AUDIT_VALUES", action)(name, kept) or "")


def _model(name: str) -> type[Model] | None:
    """By what the audit calls it, which is no two tables' name."""
    found = (model for model in apps.get_models() if model._meta.model_name == name)
    return next(found, None)


def _field(model: type[Model] | None, name: str) -> Any:
    if model is None:
        return None
    try:
        return model._meta.get_field(name)
    except FieldDoesNotExist:
        return None


def _name(model: type[Model] | None, name: str) -> str:
    """As the tables call it."""
    named = getattr(_field(model, name), "verbose_name", "")
    is_unnamed = named in ("", name.replace("_", " "))
    return str(WORDS.get(name, NAMES.get(name, name)) if is_unnamed else named)


def _value(model: type[Model] | None, name: str, kept: object) -> str:
    """A code of a choice by its label: a role, a state, a status."""
    if kept == "":
        return ""
    labels = dict(getattr(_field(model, name), "flatchoices", None) or ())
    is_known = isinstance(kept, str) and kept in labels
    return str(labels[kept]) if is_known else worded.value(kept)

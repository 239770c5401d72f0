"""What went wrong with a marketplace: in a seller's words, with what to do next."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.base import Capability
from marketplaces.connectors.errors import Kind
from marketplaces.models import Connection, Operation

CONNECTION_TONES = {
    Connection.State.UNTESTED: "hold",
    Connection.State.ACTIVE: "ok",
    Connection.State.DEGRADED: "warn",
    Connection.State.PARKED: "bad",
    Connection.State.DISCONNECTED: "mute",
}
# By the reason a test failed for; any other refusal is that of the key.
REFUSED = {
    "scope_missing": _("Lacks rights"),
    "api_disabled": _("Shop switched off"),
}
STREAM_NAMES = {
    "orders": _("New and changed orders"),
    "open_orders": _("Orders still open"),
    "told_orders": _("Orders they told us of"),
    "cards": _("Status of cards"),
    "held_prices": _("Prices held back"),
    "chats": _("Chats with buyers"),
    "reviews": _("Reviews of buyers"),
    "questions": _("Questions of buyers"),
    "returns": _("Returns of buyers"),
}
CAPABILITY_NAMES = {
    Capability.ITER_ORDERS: _("Read orders"),
    Capability.CONFIRM_ORDER: _("Confirm orders"),
    Capability.SHIP: _("Tell that an order is ready"),
    Capability.CANCEL_ORDER: _("Cancel orders"),
    Capability.LABELS: _("Labels"),
    Capability.PUBLISH_CARDS: _("Publish cards"),
    Capability.CARD_STATUS: _("Read the status of cards"),
    Capability.PUSH_STOCKS: _("Send the stock"),
    Capability.PUSH_PRICES: _("Send prices"),
    Capability.PRICE_QUARANTINE: _("See prices held back"),
    Capability.CONFIRM_PRICES: _("Confirm prices held back"),
    Capability.LOOK_UP: _("Read back what buyers see"),
    Capability.PRICE_ADVICE: _("Advice about prices"),
    Capability.CHATS: _("Read what buyers write"),
    Capability.REPLY: _("Answer buyers"),
    Capability.RETURNS: _("Read returns"),
    Capability.SET_BOXES: _("Send boxes and marking codes"),
}
# Rights of a key, as its marketplace names them.
RIGHTS = {
    "ALL_METHODS": _("Everything"),
    "ALL_METHODS_READ_ONLY": _("Look at everything"),
    "INVENTORY_AND_ORDER_PROCESSING": _("Orders and stock"),
    "OFFERS_AND_CARDS_MANAGEMENT": _("Products and cards"),
    "PRICING": _("Prices"),
    "COMMUNICATION": _("Talk with buyers"),
}


@dataclass(frozen=True)
class Explanation:
    what: str | Promise
    advice: str | Promise


# By what the error is (`reason`), never by the vendor's code; by its kind where that is enough.
BY_REASON = {
    "timeout": Explanation(
        _("The marketplace did not answer in time."),
        _("Your key is kept. Try again in a minute."),
    ),
    "network": Explanation(
        _("The marketplace could not be reached."),
        _("Your key is kept. Try again in a few minutes."),
    ),
    "dropped": Explanation(
        _("The marketplace hung up without an answer."),
        _("Your key is kept. Try again in a minute."),
    ),
    "html": Explanation(
        _("A web page came back instead of an answer."),
        _("The marketplace is probably under maintenance. Nothing was changed; try again later."),
    ),
    "half_body": Explanation(
        _("The answer broke off half-way."), _("Nothing was changed. Try again in a minute.")
    ),
    "not_json": Explanation(
        _("The answer cannot be read."),
        _("Nothing was changed. If it stays so in an hour, write to us."),
    ),
    "ours": Explanation(
        _("Something broke on our side."), _("We have been told and will look into it.")
    ),
    "api_disabled": Explanation(
        _("The shop's access by API is switched off."),
        _("Switch it on in the cabinet of the marketplace, then test again."),
    ),
    "key_format": Explanation(
        _("This does not look like a key."),
        _("Copy the whole key from your cabinet, without spaces or line breaks."),
    ),
    "shop_gone": Explanation(
        _("The marketplace does not know this shop any more."),
        _(
            "Look in your cabinet whether it was closed or moved. What waits is kept: test the "
            "connection once the shop is back, or connect the new one."
        ),
    ),
    "other_account": Explanation(
        _("This key opens other shops, not this one."),
        _("Paste a key of the cabinet this shop belongs to."),
    ),
    "disconnected": Explanation(
        _("This shop is disconnected."),
        _("Connect it again by its key, and everything goes on where it stopped."),
    ),
    "not_the_sandbox": Explanation(
        _("This is a sandbox shop, but the server speaks to the real marketplace now."),
        _("Nothing was sent or read. Disconnect this shop and connect your own by its key."),
    ),
    "not_the_real_one": Explanation(
        _("This is a real shop, but the server speaks to the sandbox now."),
        _("Its key was sent nowhere. Work goes on by itself once our staff mend the settings."),
    ),
    "rate_limited": Explanation(
        _("The marketplace asks us to slow down."),
        _("Your key is fine. We wait as long as it asks and then go on by ourselves."),
    ),
    "scope_missing": Explanation(
        _("The key is valid but lacks a right we need."),
        _("Issue a key with access to products, prices, stock and orders, and paste it here."),
    ),
}
HELD_BACK = _("Today's limit of cancelled orders and emptied stock is reached.")
REHEARSED = _("The shop rehearsed: it was made ready and not sent.")
STOPPED_BY_US = _("We stopped this price before sending it. The page of the card says why.")
UNTOLD = {
    Operation.DISMISSED: _("A person decided not to tell it."),
    Operation.DISCONNECTED: _("The shop was disconnected first."),
}
BY_KIND = {
    Kind.CONFIG: Explanation(
        _("The marketplace refused the key."),
        _("Check that the key is whole and not revoked, or issue a new one in your cabinet."),
    ),
    Kind.PERMANENT: Explanation(
        _("The marketplace refused the request."), _("Its own words are below.")
    ),
    Kind.TRANSIENT: Explanation(
        _("The marketplace has trouble answering."), _("We try again by ourselves.")
    ),
    Kind.INTERNAL: Explanation(
        _("The marketplace gave an answer we do not understand."),
        _("Nothing was changed. We have been told and will look into it."),
    ),
}


def standing(connection: Connection) -> tuple[str, str]:
    """Tone and words of the chip: a key whose test was refused is not one that was not tested."""
    if connection.state == Connection.State.UNTESTED and connection.error_kind == Kind.CONFIG:
        return "bad", str(REFUSED.get(connection.error_reason) or Connection.State.PARKED.label)
    return CONNECTION_TONES[Connection.State(connection.state)], str(connection.get_state_display())


def explain(kind: str, reason: str) -> Explanation:
    """Words for an error, or for what is stored of it."""
    return BY_REASON.get(reason) or BY_KIND[Kind(kind)]


def is_promised(kind: str, reason: str) -> bool:
    """Whether these words say that our people know of it."""
    return explain(kind, reason) in (BY_REASON["ours"], BY_KIND[Kind.INTERNAL])


def unclear_words(operation: Operation) -> str:
    """Why an operation has no answer, where the marketplace said nothing one could quote."""
    if operation.state == Operation.State.UNTOLD:
        return str(UNTOLD.get(operation.error_reason, ""))
    if operation.state == Operation.State.HELD:
        return str(HELD_BACK)
    if operation.state == Operation.State.REHEARSED:
        return str(REHEARSED)
    if operation.error_code.startswith("guard."):
        return str(STOPPED_BY_US)
    if operation.error_message or not operation.error_kind:
        return ""
    return str(explain(operation.error_kind, operation.error_reason).what)


def right(code: str) -> str:
    """A right of a key in words; "" where we have none for it."""
    return str(RIGHTS.get(code, ""))

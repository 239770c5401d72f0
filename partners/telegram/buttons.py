"""Buttons under messages: what they are, and what they give back when somebody presses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from partners.models import Member, Notification, Partner, TelegramButton, User
from sellercloudx.lib.wiring import resolve, table

LIFE = timedelta(days=7)
# Behind the token of a button that asks first.
YES, NO = "yes", "no"
Keyboard = list[list[dict[str, str]]]


@dataclass(frozen=True)
class Offer:
    """One button as the room that knows the thing offers it."""

    action: str
    label: str
    target: str
    # What the second button says where one press is too easily a mistake.
    really: str = ""


@dataclass(frozen=True)
class Done:
    """What was done, in words; `document` is name, content and type of a file to send."""

    words: str
    document: tuple[str, bytes, str] | None = None


class NotDone(Exception):
    """The text says why. `may_repeat`: nothing has changed, and pressing again may help."""

    def __init__(self, words: str, *, may_repeat: bool = False):
        super().__init__(words)
        self.words, self.may_repeat = words, may_repeat


def refusal(user: User, partner: Partner) -> str:
    """Why buttons of this company do nothing for this person; "" where they act."""
    member = Member.objects.for_partner(partner).filter(user=user).first()
    if member is None:
        return _("You are not in the team of this company any more.")
    if partner.state == Partner.State.BLOCKED:
        return _("This company is blocked: nothing of it is changed. Open the cabinet to see why.")
    if not partner.is_approved:
        return _("This company does not work with SellerCloudX now. Open the cabinet to see why.")
    if not member.is_at_least(Member.Role.OPERATOR):
        return _("Your role may look, but not change anything.")
    return ""


def keyboard_of(notice: Notification) -> Keyboard | None:
    """A row for each button that makes sense now and was not used."""
    user, partner = notice.user, notice.partner
    if user is None or partner is None or refusal(user, partner):
        return None
    rows = []
    for offer in _offers(notice, partner):
        button, _is_new = TelegramButton.objects.get_or_create(
            notification=notice,
            action=offer.action,
            defaults={
                "user": user,
                "partner": partner,
                "target": offer.target,
                "expires_at": timezone.now() + LIFE,
            },
        )
        if button.used_at is None:
            rows.append([{"text": offer.label, "callback_data": button.token}])
    return rows or None


def asks_first(button: TelegramButton) -> str:
    """What the button says that really does it; "" where one press is enough, or too late."""
    if button.used_at is not None or button.expires_at <= timezone.now():
        return ""
    offers = _offers(button.notification, button.partner)
    return next((offer.really for offer in offers if offer.action == button.action), "")


def question(button: TelegramButton, really: str) -> Keyboard:
    """In the place of all buttons of the message, until one of the two is pressed."""
    return [
        [{"text": really, "callback_data": f"{button.token}:{YES}"}],
        [{"text": _("Back"), "callback_data": f"{button.token}:{NO}"}],
    ]


def _offers(notice: Notification, partner: Partner) -> list[Offer]:
    if notice.kind not in table("TELEGRAM_BUTTONS"):
        return []
    offered: Callable[[Partner, dict[str, Any]], list[Offer]]
    offered = resolve("TELEGRAM_BUTTONS", notice.kind)
    return offered(partner, notice.data)


def act(button: TelegramButton, user: User) -> Done:
    """Raises NotDone."""
    action: Callable[..., Done] = resolve("TELEGRAM_ACTIONS", button.action)
    return action(partner=button.partner, user=user, target=button.target)

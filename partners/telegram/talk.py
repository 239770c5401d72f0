"""What the bot answers to somebody who writes to it."""

from html import escape

from django.conf import settings
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from partners.models import Partner, User
from partners.telegram import bot, links
from partners.telegram.incoming import Chat, Text
from sellercloudx.lib.wiring import resolve, table

# Telegram takes 4096 signs.
MOST = 4000
DO_NOT_WORK: dict[str, Promise] = {
    Partner.State.PENDING: gettext_lazy("Waits for approval; it begins to work then."),
    Partner.State.REJECTED: gettext_lazy(
        "Its application is rejected. Open the cabinet to see why."
    ),
    Partner.State.BLOCKED: gettext_lazy("It is blocked. Open the cabinet to see why."),
    Partner.State.DEACTIVATED: gettext_lazy("It is deactivated. Open the cabinet to see why."),
}


def user_of(chat: Chat) -> User | None:
    """Whose chat it is, while they may come in at all."""
    return User.objects.filter(telegram__chat_id=chat.id, is_active=True).first()


def answer(came: Text) -> None:
    """Raises BotError."""
    name, rest = came.command
    if name == "start" and rest:
        words = _start(came.chat, rest)
    elif (user := user_of(came.chat)) is None:
        words = _not_linked()
    elif name == "stop":
        links.unlink(user)
        words = _("Unlinked: nothing is sent here any more. You can link it again in the cabinet.")
    elif name in table("TELEGRAM_COMMANDS"):
        words = _of_companies(user, name)
    else:
        words = _help()
    bot.say(came.chat.id, escape(words[:MOST], quote=False))


def _start(chat: Chat, code: str) -> str:
    try:
        user = links.use_code(code, chat_id=chat.id, username=chat.username)
    except links.BadCode:
        return _("This link works no more. Make a new one in the cabinet, under Notifications.")
    with translation.override(user.language):
        linked = _("Linked. From now on SellerCloudX tells you here, %(name)s.")
        parts = [linked % {"name": user.first_name}, *_decision_comes(user), _help()]
        return "\n\n".join(parts)


def _decision_comes(user: User) -> list[str]:
    waiting = Partner.objects.filter(members__user=user, state=Partner.State.PENDING)
    words = _("Your application waits for approval: the decision comes here, too.")
    return [words] if waiting.exists() else []


def _not_linked() -> str:
    words = _(
        "This chat is not linked to an account yet. Open the cabinet, go to Notifications, How you "
        "are told, and press “Link Telegram”: %(address)s"
    )
    return words % {"address": settings.PUBLIC_URL}


def _help() -> str:
    return "\n".join(
        [
            _("/orders: what is to pack now"),
            _("/stock: what runs out"),
            _("/stop: unlink this chat"),
        ]
    )


def _of_companies(user: User, command: str) -> str:
    """The command's answer for each company that works; of the others why it does not."""
    tell = resolve("TELEGRAM_COMMANDS", command)
    companies = Partner.objects.filter(members__user=user).order_by("pk")
    parts = [
        f"{one.company_name}\n{tell(one) if one.is_approved else DO_NOT_WORK[one.state]}"
        for one in companies
    ]
    return "\n\n".join(parts) or _("None of your companies works yet.")

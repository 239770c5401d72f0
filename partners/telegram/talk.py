"""What the bot answers to somebody who writes to it."""

from html import escape

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from partners.models import Partner, User
from partners.telegram import bot, links
from partners.telegram.incoming import Chat, Text
from sellercloudx.lib.wiring import resolve, table

# Telegram takes 4096 signs.
MOST = 4000


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
        return linked % {"name": user.first_name} + "\n\n" + _help()


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
    """The command's answer for each company that works."""
    companies = Partner.objects.filter(members__user=user, state=Partner.State.APPROVED)
    tell = resolve("TELEGRAM_COMMANDS", command)
    parts = [f"{company.company_name}\n{tell(company)}" for company in companies.order_by("pk")]
    return "\n\n".join(parts) or _("None of your companies works yet.")

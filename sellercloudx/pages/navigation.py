"""What stands around every page: sections, theme, unread notices. A context processor."""

from functools import partial
from typing import Any

from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from partners.access import PARTNER_HOME
from partners.models import Member, Partner

Role = Member.Role
STAFF_HOME = "/admin-panel/"

# URL name, label, icon. The first four are the bar at the bottom of a phone.
PARTNER_SECTIONS = [
    ("pages:overview", _("Overview"), "home"),
    ("orders:list", _("Orders"), "cart"),
    ("products:list", _("Products"), "box"),
    ("orders:inbox", _("Inbox"), "chat"),
    ("orders:returns", _("Returns"), "refresh"),
    ("orders:analytics", _("Analytics"), "chart"),
    ("marketplaces:list", _("Marketplaces"), "shop"),
    ("partners:activity", _("Activity"), "clock"),
    ("referrals:overview", _("Referrals"), "people"),
    ("partners:team", _("Team"), "user"),
    ("partners:chat", _("Support"), "info"),
]
ON_A_PHONE = 4
# Pages of a section that stand at another address.
ALSO = {"products:list": "/partner-dashboard/listings/"}
STAFF_SECTIONS = [
    ("pages:staff_home", _("Overview"), "home"),
    ("partners:staff_list", _("Partners"), "people"),
    ("partners:staff_chat", _("Chat"), "chat"),
    ("partners:staff_tickets", _("Tickets"), "tag"),
    ("pages:staff_shops", _("Shops"), "shop"),
    ("orders:staff_analytics", _("Analytics"), "chart"),
    ("ai_manager:staff_usage", _("AI"), "spark"),
    ("partners:staff_audit", _("Audit"), "shield"),
    ("admin:index", _("All tables"), "file"),
    ("pages:components", _("Components"), "picture"),
]
# What a person of ours needs to open a section; the others open to all staff.
STAFF_RIGHTS = {
    "pages:staff_home": "partners.view_partner",
    "partners:staff_list": "partners.view_partner",
    "partners:staff_chat": "partners.change_chatroom",
    "pages:staff_shops": "marketplaces.view_connection",
    "partners:staff_tickets": "partners.change_supportticket",
    "orders:staff_analytics": "orders.view_dailyanalytics",
    "ai_manager:staff_usage": "ai_manager.view_aiusagelog",
    "partners:staff_audit": "partners.view_auditlog",
}


def navigation(request):
    """Asks nothing: it came with the user."""
    is_staff_page = request.path.startswith(STAFF_HOME)
    nav: Any = SimpleLazyObject(partial(_sections, request, is_staff_page=is_staff_page))
    return {
        "nav": nav,
        "is_news_in_more": SimpleLazyObject(lambda: any(one["count"] for one in nav[ON_A_PHONE:])),
        "home_url": reverse("pages:staff_home" if is_staff_page else "pages:overview"),
        "theme": theme_of(request),
        "has_sandbox": SimpleLazyObject(partial(_has_sandbox, request)),
        "unread": SimpleLazyObject(partial(_of_user, request, "unread", 0)),
        # A button that would answer 403 is not drawn.
        "may_change": SimpleLazyObject(partial(_is_at_least, request, Role.OPERATOR)),
        "may_manage": SimpleLazyObject(partial(_is_at_least, request, Role.MANAGER)),
        "may_own": SimpleLazyObject(partial(_is_at_least, request, Role.OWNER)),
        "companies": SimpleLazyObject(partial(_companies, request)),
        "notifications_url": reverse(
            "partners:staff_notifications" if is_staff_page else "partners:notifications"
        ),
    }


def theme_of(request) -> str:
    theme = request.COOKIES.get("theme", "")
    return theme if theme in ("light", "dark") else ""


def _sections(request, *, is_staff_page: bool) -> list[dict]:
    if not is_staff_page and not _is_at_work(request):
        return []
    counts = {
        "partners:staff_list": _of_user(request, "waiting", 0),
        "partners:staff_chat": _of_user(request, "unread_rooms", None) or None,
        "partners:staff_tickets": _of_user(request, "waiting_tickets", None) or None,
        "partners:chat": _of_member(request, "unread_chat"),
        "orders:inbox": _of_member(request, "unanswered"),
    }
    return [
        {
            "url": reverse(name),
            "label": label,
            "icon": icon,
            "count": counts.get(name),
            "is_hot": True,
            "is_current": _is_within(request.path, name),
        }
        for name, label, icon in (STAFF_SECTIONS if is_staff_page else PARTNER_SECTIONS)
        if not is_staff_page or _opens(request.user, name)
    ]


def _of_member(request, name: str) -> int | None:
    return getattr(getattr(request, "member", None), name, None) or None


def _opens(user, name: str) -> bool:
    return name not in STAFF_RIGHTS or user.has_perm(STAFF_RIGHTS[name])


def _is_within(path: str, name: str) -> bool:
    """The overview's address begins every other one; it is a page, not a section."""
    url = reverse(name)
    is_home = url in (PARTNER_HOME, STAFF_HOME)
    return path == url or (not is_home and path.startswith((url, ALSO.get(name, url))))


def _is_at_work(request) -> bool:
    """Whether the sections would open: not for those who still wait for approval."""
    partner = getattr(request, "partner", None)
    return bool(partner and partner.is_approved)


def _companies(request) -> list[Partner]:
    """Those a member of several may go to and fro between; most people have one."""
    partners = [place.partner for place in _of_user(request, "places", [])]
    return sorted(partners, key=lambda one: one.pk) if len(partners) > 1 else []


def _is_at_least(request, role: Member.Role) -> bool:
    member = getattr(request, "member", None)
    return bool(member and member.is_at_least(role))


def _has_sandbox(request) -> bool:
    return getattr(getattr(request, "member", None), "has_sandbox", False)


def _of_user(request, name: str, otherwise):
    return getattr(getattr(request, "user", None), name, otherwise)

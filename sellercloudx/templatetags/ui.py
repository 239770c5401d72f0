"""The parts of a page: `{% load ui %}`. Each is described in templates/components/README.md."""

from collections.abc import Sequence
from contextlib import suppress

from django import template
from django.contrib.messages import constants as levels
from django.db import Error
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplaces.connectors import own_words
from partners import request_context
from sellercloudx.pages import charts

register = template.Library()

TONES = ("ok", "warn", "bad", "info", "hold", "mute")
TONE_ICONS = {
    "ok": "ok",
    "warn": "warn",
    "bad": "bad",
    "info": "info",
    "hold": "clock",
    "mute": "info",
}
MESSAGE_TONES = {
    levels.DEBUG: "mute",
    levels.INFO: "info",
    levels.SUCCESS: "ok",
    levels.WARNING: "warn",
    levels.ERROR: "bad",
}
# Where a fact of a card may come from; anything else is shown as it is written.
SOURCES = {
    "form": ("edit", gettext_lazy("your form")),
    "seller": ("edit", gettext_lazy("your form")),
    "photo": ("picture", gettext_lazy("the photo")),
    "catalogue": ("box", gettext_lazy("your catalogue")),
    "marketplace": ("shop", gettext_lazy("the marketplace")),
    "history": ("clock", gettext_lazy("your sales")),
    "rules": ("list", gettext_lazy("our rules")),
    "model": ("spark", gettext_lazy("AI model")),
    "person": ("user", gettext_lazy("a person")),
}
# One tone for each status of ours; what is not here is mute.
STATUS_TONES = {
    "new": "info",
    "confirmed": "info",
    "packing": "warn",
    "ready": "hold",
    "shipped": "hold",
    "delivered": "ok",
    "returned": "bad",
    "pending": "hold",
    "approved": "ok",
    "rejected": "bad",
    "blocked": "bad",
    "deactivated": "mute",
    "active": "ok",
    "degraded": "warn",
    "parked": "bad",
    "held": "warn",
    "rehearsed": "info",
    "wanted": "warn",
    "no_card": "bad",
    "unasked": "mute",
    "review": "hold",
    "sent": "hold",
    "refused": "bad",
    "unclear": "bad",
    "sending": "warn",
    "waiting": "hold",
    "done": "ok",
    "paid": "ok",
    "failed": "bad",
    "open": "info",
    "in_progress": "warn",
    "resolved": "ok",
    "high": "warn",
    "urgent": "bad",
    "queued": "hold",
    "running": "warn",
    "published": "ok",
    "created": "ok",
    "updated": "ok",
    "skipped": "hold",
}


@register.simple_tag
def icon(name, label=""):
    """An icon of static/img/i.svg; `label` only where no word stands beside it."""
    hidden = format_html('<span class="vh">{}</span>', label) if label else ""
    return format_html(
        '<svg class="i" aria-hidden="true"><use href="{}#{}"/></svg>{}',
        static("img/i.svg"),
        name,
        hidden,
    )


@register.simple_tag
def pill(tone, text):
    """A status: colour, shape and word. An unknown tone is mute."""
    return format_html('<span class="pill {}">{}</span>', tone if tone in TONES else "mute", text)


@register.simple_tag
def status(value, words):
    """The pill of one of our own statuses: `{% status order.status order.get_status_display %}`."""
    return pill(STATUS_TONES.get(value, "mute"), words)


@register.simple_tag
def source(name):
    """Where a fact comes from."""
    kind, _colon, detail = str(name).partition(":")
    image, words = SOURCES.get(kind, ("info", name))
    return format_html(
        '<span class="src"{}>{}<span class="vh">{} </span>{}</span>',
        format_html(' title="{}"', detail) if detail and kind in SOURCES else "",
        icon(image),
        _("Source:"),
        words,
    )


@register.simple_tag
def said(words):
    """What a marketplace said, quoted as it is; what we refused in its place, in our own words."""
    if words in own_words.ALL:
        return _(words)
    return format_html('<q lang="ru">{}</q>', words)


@register.simple_tag
def photo(url, alt="", is_small=False):
    """A product's picture, or the place where one would be."""
    size = "photo small" if is_small else "photo"
    if not url:
        return format_html('<span class="{}">{}</span>', size, icon("picture"))
    edge = 32 if is_small else 64
    return format_html(
        '<img class="{}" src="{}" alt="{}" width="{}" height="{}" loading="lazy" decoding="async">',
        size,
        url,
        alt,
        edge,
        edge,
    )


@register.filter
def tone(message):
    """The tone of a Django message."""
    return MESSAGE_TONES.get(message.level, "info")


@register.simple_tag
def request_id():
    """The code of this request, for error pages, where there may be no context at all."""
    return request_context.current().request_id


@register.simple_tag(takes_context=True)
def report_url(context, of="", number=""):
    """Where a member who may write to our people reports what went wrong; "" for others.

    The ticket carries the code of the request, or of the thing that is in trouble: "shop-7".
    On a page drawn without a request, perhaps because the database is away, none is asked.
    """
    request, known = context.get("request"), request_context.current()
    with suppress(Error):
        # Whoever looks at their cabinet is noted in the context of the request.
        bool(getattr(request, "member", None))
        known = request_context.current()
    query = urlencode({"code": f"{of}-{number}" if of else known.request_id})
    return f"{reverse('partners:new_ticket')}?{query}" if known.may_report else ""


@register.simple_tag(takes_context=True)
def login_to_report_url(context):
    """The login that leads whoever is signed out to a ticket with the code; "" for others.

    A request that was refused at the door, by its host, is nobody's yet.
    """
    is_signed_out, user = False, getattr(context.get("request"), "user", None)
    with suppress(Error):
        is_signed_out = user is not None and user.is_anonymous
    if not is_signed_out:
        return ""
    ticket = urlencode({"code": request_context.current().request_id})
    query = urlencode({"next": f"{reverse('partners:new_ticket')}?{ticket}"})
    return f"{reverse('partners:login')}?{query}"


@register.simple_block_tag
def head(content, title, tone="", state="", sub=""):
    """Heading of a page with its status; inside stand at most two buttons and a menu."""
    parts = {
        "title": title,
        "tone": tone,
        "state": state,
        "sub": sub,
        "actions": content,
        "has_actions": content.strip(),
    }
    return render_to_string("components/head.html", parts)


@register.simple_block_tag
def note(content, tone, title="", role=""):
    """Something to know: what happened, since when, what comes next."""
    parts = {"tone": tone, "title": title, "role": role, "content": content}
    return render_to_string("components/note.html", parts | {"icon_name": TONE_ICONS[tone]})


@register.simple_block_tag
def empty(content, icon_name, title, text=""):
    """Nothing here: why, and at most two buttons to the next step."""
    parts = {
        "icon_name": icon_name,
        "title": title,
        "text": text,
        "actions": content,
        "has_actions": content.strip(),
    }
    return render_to_string("components/empty.html", parts)


@register.simple_block_tag
def menu(content, label, icon_name="more"):
    """The rest of the actions, behind one button."""
    return render_to_string(
        "components/menu.html", {"label": label, "icon_name": icon_name, "content": content}
    )


@register.simple_block_tag
def dialog(content, key, title):
    """Opened by a link or button with `data-dialog="key"`."""
    return render_to_string(
        "components/dialog.html", {"key": key, "title": title, "content": content}
    )


@register.simple_block_tag
def bulk(content, total=None):
    """What can be done with the rows chosen; stands inside the list's form."""
    return render_to_string("components/bulk.html", {"total": total, "actions": content})


@register.inclusion_tag("components/tile.html")
def tile(label, value, url="", under="", tone=""):
    """A figure that leads to the list behind it."""
    return {"label": label, "value": value, "url": url, "under": under, "tone": tone}


@register.inclusion_tag("components/chart.html")
def bar_chart(points: Sequence[dict], title, currency="", now="", before=""):
    """`points`: {"label": date or str, "value", "before"}; `now`, `before` name the two periods."""
    chart = charts.BarChart(points, title=title, currency=currency) if points else None
    return {
        "chart": chart,
        "title": title,
        "now": now or _("This period"),
        "before": before or _("The period before"),
    }


@register.simple_tag
def sparkline(values, label):
    """A trend the size of a word."""
    return format_html(
        '<svg class="spark" viewBox="0 0 80 24" role="img" aria-label="{}">'
        '<polyline points="{}"/></svg>',
        label,
        charts.sparkline(values),
    )


@register.inclusion_tag("components/waterfall.html")
def waterfall(lines: Sequence[dict], currency="UZS"):
    """How a price comes about. `lines`: {"label", "amount", "why", "is_total"}."""
    return {"lines": charts.waterfall(lines), "currency": currency}


@register.inclusion_tag("components/progress.html")
def progress(label, done, total, left=None):
    """Long work: how far, how long still (a timedelta), and that one may leave the page."""
    return {"label": label, "done": done, "total": total, "left": left}

"""Numbers, money and time in templates: `{% load format %}`. The rules live in lib/formats.py."""

from datetime import date, datetime

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.translation import gettext as _

from sellercloudx.lib import formats, worded
from sellercloudx.lib.money import Money

register = template.Library()

register.filter("quantity", formats.quantity)
register.filter("amount", formats.amount)
register.filter("percent", formats.percent)
register.filter("phone", formats.phone)
register.filter("duration", formats.duration)
register.filter("seconds", formats.seconds)
register.filter("currency_name", formats.currency_name)
register.filter("worded", worded.value)


@register.filter
def money(value, currency="UZS"):
    """`{{ order.total|money:order.currency }}`, or a Money alone."""
    if isinstance(value, Money):
        return formats.money(value.amount, value.currency)
    return formats.money(value, currency)


@register.filter
def compact(value, currency="UZS"):
    """Short on a tile, exact for whoever points at it; the currency stands smaller."""
    if isinstance(value, Money):
        value, currency = value.amount, value.currency
    if value is None:
        return formats.NOTHING
    return format_html(
        '<span title="{}">{}\u00a0<small>{}</small></span>',
        formats.money(value, currency),
        formats.compact_amount(value),
        formats.currency_name(currency),
    )


@register.filter
def up_to_99(value):
    """For counters with little room."""
    return "99+" if value > 99 else str(value)


@register.filter
def when(value):
    """`today 14:00` or, of a date, `24 Nov`; the full time with its zone in the title."""
    if not value:
        return formats.NOTHING
    if isinstance(value, datetime):
        return _time(value, formats.moment(value))
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.day(value))


@register.filter
def ago(value):
    return _time(value, formats.ago(value)) if value else formats.NOTHING


@register.filter
def day(value: date | None):
    return formats.day(value) if value else formats.NOTHING


def _time(value: datetime, text: str):
    return format_html(
        '<time datetime="{}" title="{}">{}</time>',
        timezone.localtime(value).isoformat(timespec="seconds"),
        formats.full_moment(value),
        text,
    )


@register.simple_tag
def change(now, before, less_is_better=False):
    """▲ 8.4% against the period before, in words for those who do not see the arrow."""
    difference = formats.change_in_percent(now, before)
    if difference is None:
        return _("nothing to compare with")
    if abs(difference) < 0.05:
        return _("as in the period before")
    rose = difference > 0
    share = formats.percent(abs(difference))
    words = (
        _("%(share)s more than in the period before")
        if rose
        else _("%(share)s less than in the period before")
    )
    return format_html(
        '<span class="{} keep"><span aria-hidden="true">{} {}</span>'
        '<span class="vh">{}</span></span>',
        "up" if rose != less_is_better else "down",
        "▲" if rose else "▼",
        share,
        words % {"share": share},
    )

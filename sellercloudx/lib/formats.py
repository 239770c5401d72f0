"""Numbers, money and time as people here read them: uz, ru and en, always Tashkent's clock."""

from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

NBSP = "\u00a0"
MINUS = "\u2212"
NOTHING = "—"

CURRENCY_NAMES = {
    "UZS": {"uz": "soʻm", "ru": "сум", "en": "soʻm"},
    "RUB": {"uz": "rubl", "ru": "₽", "en": "RUB"},
    "USD": {"uz": "AQSH dollari", "ru": "$", "en": "USD"},
}
SCALES = {
    "uz": ("mln", "mlrd", "trln"),
    "ru": ("млн", "млрд", "трлн"),
    "en": ("mln", "bn", "trn"),
}
# Below this a sum is short enough to be written out.
COMPACT_FROM = Decimal(10_000_000)


def language() -> str:
    short = (get_language() or "uz")[:2]
    return short if short in SCALES else "en"


def as_decimal(value: object) -> Decimal | None:
    """The number in `value`, or None where there is no finite one."""
    if value is None or value == "":
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def number(value: object, *, places: int = 0) -> str:
    """Rounded half up to `places` decimals; groups of three, and a true minus."""
    exact = as_decimal(value)
    if exact is None:
        return NOTHING
    rounded = exact.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP)
    whole, _point, fraction = f"{abs(rounded):,f}".partition(".")
    mark = "." if language() == "en" else ","
    text = whole.replace(",", NBSP) + (mark + fraction if fraction else "")
    return MINUS + text if rounded < 0 else text


def quantity(value: object) -> str:
    """As many decimals as there are, at most three: 12, 1.5."""
    exact = as_decimal(value)
    if exact is None:
        return NOTHING
    short = exact.quantize(Decimal("0.001"), rounding=ROUND_HALF_UP).normalize()
    return number(short, places=max(0, -int(short.as_tuple().exponent)))


def amount(value: object) -> str:
    """A sum of money without its currency; tiyin only where there are some."""
    exact = as_decimal(value)
    if exact is None:
        return NOTHING
    cents = exact.quantize(Decimal("0.01"), rounding=ROUND_HALF_UP)
    return number(cents, places=0 if cents == cents.to_integral_value() else 2)


def currency_name(code: str) -> str:
    return CURRENCY_NAMES.get(code, {}).get(language(), code)


def money(value: object, currency: str) -> str:
    text = amount(value)
    return text if text == NOTHING else f"{text}{NBSP}{currency_name(currency)}"


def compact_amount(value: object) -> str:
    """184 250 000 as 184.3 mln, for tiles; the exact sum stands in the list behind the tile."""
    exact = as_decimal(value)
    if exact is None or abs(exact) < COMPACT_FROM:
        return amount(value)
    short, scale = scaled(exact, largest=exact)
    tenths = short.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{quantity(tenths)}{NBSP}{scale}"


def scaled(value: Decimal, *, largest: Decimal) -> tuple[Decimal, str]:
    """The value in millions, milliards or billions, whichever suits `largest`; and that word."""
    words = SCALES[language()]
    # Rounded first: 999 960 000 is 1 mlrd, not 1 000 mln.
    step = 0
    while step < len(words) - 1 and round(abs(largest).scaleb(-6 - 3 * step), 1) >= 1000:
        step += 1
    return value.scaleb(-6 - 3 * step), words[step]


def percent(value: object) -> str:
    """`value` is in percent already: 8.42 -> 8.4 %."""
    exact = as_decimal(value)
    if exact is None:
        return NOTHING
    tenths = exact.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    text = number(tenths, places=0 if tenths == tenths.to_integral_value() else 1)
    return f"{text}{NBSP}%" if language() == "ru" else f"{text}%"


def change_in_percent(now: object, before: object) -> Decimal | None:
    """By how much `now` differs from `before`; None where that is no number."""
    new, old = as_decimal(now), as_decimal(before)
    if new is None or not old:
        return None
    return (new - old) / abs(old) * 100


def day(value: date) -> str:
    """24 Nov, with the year when it is not this one."""
    if isinstance(value, datetime):
        value = timezone.localtime(value).date()
    month = "M" if language() == "en" else "b"
    pattern = f"j {month}" if value.year == timezone.localdate().year else f"j {month} Y"
    return date_format(value, pattern).replace(" ", NBSP)


def moment(value: datetime) -> str:
    """today 14:00, yesterday 09:30, 24 Nov 09:30."""
    local = timezone.localtime(value)
    words = {
        -1: _("yesterday %(time)s"),
        0: _("today %(time)s"),
        1: _("tomorrow %(time)s"),
    }
    clock = f"{local:%H:%M}"
    away = (local.date() - timezone.localdate()).days
    if away in words:
        return (words[away] % {"time": clock}).replace(" ", NBSP)
    return f"{day(local.date())}{NBSP}{clock}"


def full_moment(value: datetime) -> str:
    """With date, seconds and zone, for the title of a time."""
    local = timezone.localtime(value)
    return f"{local:%d.%m.%Y %H:%M:%S} ({timezone.get_current_timezone_name()})"


def ago(value: datetime) -> str:
    """Just now, 2 min ago, 5 h ago, then the day."""
    minutes = int((timezone.now() - value).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < 60:
        return _("%(minutes)d min ago") % {"minutes": minutes}
    if minutes < 24 * 60:
        return _("%(hours)d h ago") % {"hours": minutes // 60}
    return moment(value)


def phone(number: str | None) -> str:
    """An Uzbek number in the groups people say it in; any other as it is."""
    if number and len(number) == 13 and number.startswith("+998"):
        parts = (number[:4], number[4:6], number[6:9], number[9:11], number[11:])
        return NBSP.join(parts)
    return number or NOTHING


def quoted(text: str) -> str:
    """In the quotation marks of the active language."""
    return _("“%(text)s”") % {"text": text}


def duration(value: timedelta) -> str:
    """3 d 4 h, 2 h 10 min, 45 min: its two largest parts."""
    minutes = int(abs(value).total_seconds() // 60)
    days, hours, rest = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return _("%(days)d d %(hours)d h") % {"days": days, "hours": hours}
    if hours:
        return _("%(hours)d h %(minutes)d min") % {"hours": hours, "minutes": rest}
    return _("%(minutes)d min") % {"minutes": rest}


def seconds(value: float) -> str:
    """18 seconds, and from two minutes on as `duration`."""
    whole = max(round(value), 1)
    if whole >= 120:
        return duration(timedelta(seconds=whole))
    return ngettext("%(n)s second", "%(n)s seconds", whole) % {"n": number(whole)}

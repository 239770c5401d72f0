"""Charts drawn by the server: geometry here, SVG in templates/components/chart.html.

Widths are percentages and heights pixels, so that one drawing suits 360 and 1280 px and its
letters keep their size.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_CEILING, Decimal

from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from sellercloudx.lib import formats

HEIGHT = 220
ABOVE, BELOW = 10, 24
GRID_LINES = 4
# About the width of one figure at 12 px.
FIGURE = 7
# Between two labels of days.
GAP = 8
# The plot at 320 px, and beside the list of the overview where its room is least.
NARROW, WIDE = 210, 350
# From so many bars on the label of the last one ends with the plot.
MANY = 11


@dataclass(frozen=True)
class Point:
    """One bar; `before` is the same place in the period before."""

    label: str
    value: Decimal
    before: Decimal | None = None

    @classmethod
    def of(cls, raw: dict) -> "Point":
        label = raw["label"]
        return cls(
            label=formats.day(label) if isinstance(label, date) else str(label),
            value=formats.as_decimal(raw["value"]) or Decimal(0),
            before=formats.as_decimal(raw.get("before")),
        )


class BarChart:
    """Bars from zero, the period before as a dashed line over them."""

    height = HEIGHT
    label_y = HEIGHT - 6

    def __init__(self, points: Sequence[dict], *, title: str, currency: str = ""):
        self.points = [Point.of(point) for point in points]
        self.title = title
        self.currency = currency

    @cached_property
    def has_before(self) -> bool:
        return any(point.before is not None for point in self.points)

    @cached_property
    def step(self) -> Decimal:
        """Between two grid lines: 1, 2, 2.5 or 5 times a power of ten; whole for counts."""
        reach = max(self._highest - self._lowest, Decimal(1)) / GRID_LINES
        power = Decimal(1).scaleb(reach.adjusted())
        for factor in (Decimal(1), Decimal(2), Decimal("2.5"), Decimal(5), Decimal(10)):
            step = factor * power
            if step >= reach and (step >= 1 and step == step.to_integral_value()):
                return step
        return Decimal(1)

    @cached_property
    def unit(self) -> str:
        """What the axis counts in, said once above it."""
        if not self.currency:
            return ""
        name = formats.currency_name(self.currency)
        return f"{self._scale} {name}" if self._scale else name

    @cached_property
    def axis_width(self) -> int:
        return max(len(line["label"]) for line in self.grid) * FIGURE + 10

    @cached_property
    def grid(self) -> list[dict]:
        lines = []
        value = self._bottom
        while value <= self._top:
            lines.append({"y": self._y(value), "label": self._short(value), "is_base": value == 0})
            value += self.step
        return lines

    @cached_property
    def bars(self) -> list[dict]:
        zero = self._y(Decimal(0))
        bars = []
        for index, point in enumerate(self.points):
            y = self._y(point.value)
            bars.append(
                {
                    "x": _share((index + Decimal("0.14")) * self._slot),
                    "width": _share(self._slot * Decimal("0.72")),
                    "middle": _share((index + Decimal("0.5")) * self._slot),
                    # The last of many would stand half outside.
                    "is_edge": index == len(self.points) - 1 and len(self.points) >= MANY,
                    "y": min(y, zero),
                    "height": abs(zero - y),
                    "label": point.label,
                    "text": f"{point.label}: {self.text(point.value)}",
                    "shown": self._is_shown(index),
                }
            )
        return bars

    @cached_property
    def before_lines(self) -> list[dict]:
        """The dashed line in pieces: a polyline knows no percentages."""
        spots = [
            (_share((index + Decimal("0.5")) * self._slot), self._y(point.before))
            for index, point in enumerate(self.points)
            if point.before is not None
        ]
        return [
            {"x1": x1, "y1": y1, "x2": x2, "y2": y2}
            for (x1, y1), (x2, y2) in zip(spots, spots[1:], strict=False)
        ]

    @cached_property
    def finding(self) -> str:
        """What the drawing shows, for those who do not see it."""
        lowest = min(self.points, key=lambda point: point.value)
        highest = max(self.points, key=lambda point: point.value)
        return _("%(title)s. Lowest: %(low)s (%(low_day)s). Highest: %(high)s (%(high_day)s).") % {
            "title": self.title,
            "low": self.text(lowest.value),
            "low_day": lowest.label,
            "high": self.text(highest.value),
            "high_day": highest.label,
        }

    @cached_property
    def rows(self) -> list[dict]:
        return [
            {
                "label": point.label,
                "value": self._exact(point.value),
                "before": self._exact(point.before),
            }
            for point in self.points
        ]

    def text(self, value: Decimal) -> str:
        return formats.money(value, self.currency) if self.currency else formats.quantity(value)

    def _exact(self, value: Decimal | None) -> str:
        return formats.amount(value) if self.currency else formats.quantity(value)

    @cached_property
    def _values(self) -> list[Decimal]:
        before = [point.before for point in self.points if point.before is not None]
        return [Decimal(0), *(point.value for point in self.points), *before]

    @cached_property
    def _highest(self) -> Decimal:
        return max(self._values)

    @cached_property
    def _lowest(self) -> Decimal:
        return min(self._values)

    @cached_property
    def _top(self) -> Decimal:
        return max(_up_to(self._highest, self.step), self.step)

    @cached_property
    def _bottom(self) -> Decimal:
        return -_up_to(-self._lowest, self.step)

    @cached_property
    def _slot(self) -> Decimal:
        return Decimal(100) / max(len(self.points), 1)

    @cached_property
    def _scale(self) -> str:
        if self._top < formats.COMPACT_FROM:
            return ""
        return formats.scaled(self._top, largest=self._top)[1]

    def _short(self, value: Decimal) -> str:
        if self._scale:
            return formats.quantity(formats.scaled(value, largest=self._top)[0])
        return formats.quantity(value)

    def _y(self, value: Decimal) -> int:
        room = HEIGHT - ABOVE - BELOW
        return ABOVE + round(room * (self._top - value) / (self._top - self._bottom))

    def _is_shown(self, index: int) -> str:
        """Labels never touch: `always`, `wide` screens only, or `never`."""
        from_last = len(self.points) - 1 - index
        wide = self._bars_a_label(WIDE)
        narrow = wide * -(-self._bars_a_label(NARROW) // wide)
        if from_last % narrow == 0:
            return "always"
        return "wide" if from_last % wide == 0 else "never"

    def _bars_a_label(self, width: int) -> int:
        """How many bars a label needs to itself; the last one leans over to the one before."""
        slot = Decimal(width) / len(self.points)
        label = max(len(point.label) for point in self.points) * FIGURE
        leans = max(label - slot, Decimal(0)) / 2 if len(self.points) >= MANY else 0
        return math.ceil((label + GAP + leans) / slot)


def waterfall(lines: Sequence[dict]) -> list[dict]:
    """Lines of a price explanation, each with the bar from where the last one ended."""
    largest = max((abs(formats.as_decimal(line["amount"]) or 0) for line in lines), default=0)
    drawn, reached = [], Decimal(0)
    for line in lines:
        amount = formats.as_decimal(line["amount"]) or Decimal(0)
        is_total = bool(line.get("is_total"))
        start, end = (Decimal(0), amount) if is_total else (reached, reached + amount)
        reached = end
        share = Decimal(100) / largest if largest else Decimal(0)
        drawn.append(
            {
                **line,
                "is_total": is_total,
                "is_minus": amount < 0,
                "x": _share(max(min(start, end), Decimal(0)) * share),
                "width": _share(abs(amount) * share),
            }
        )
    return drawn


def sparkline(values: Sequence, *, width: int = 80, height: int = 24) -> str:
    """Points of a polyline 80 by 24."""
    numbers = [formats.as_decimal(value) or Decimal(0) for value in values]
    if len(numbers) < 2:
        return ""
    low, high = min(numbers), max(numbers)
    reach = (high - low) or Decimal(1)
    step = Decimal(width - 2) / (len(numbers) - 1)
    return " ".join(
        f"{1 + step * index:.1f},{1 + (height - 2) * (high - value) / reach:.1f}"
        for index, value in enumerate(numbers)
    )


def _up_to(value: Decimal, step: Decimal) -> Decimal:
    """The next multiple of `step`; zero for negative values."""
    return max(Decimal(0), (value / step).to_integral_value(ROUND_CEILING) * step)


def _share(value: Decimal) -> str:
    return f"{value:.3f}"

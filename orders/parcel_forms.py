"""What people type about parcels that come back, and about pieces that go out."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from marketplaces.connectors.conversations import ReturnDecision
from orders.models import OrderLine, ReturnItem
from orders.parcel_words import DECISIONS, DECLINE_REASONS
from orders.services import marking
from partners.support_forms import EitherField

BOXES = 50


class TakeInForm(forms.Form):
    """How many pieces of an item came back whole, and how many spoiled."""

    whole = forms.IntegerField(
        label=gettext_lazy("Whole, back on the shelf"),
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )
    spoiled = forms.IntegerField(
        label=gettext_lazy("Spoiled or missing parts"),
        min_value=0,
        widget=forms.TextInput(attrs={"inputmode": "numeric"}),
    )

    def __init__(self, data: Any = None, *, item: ReturnItem):
        super().__init__(
            data,
            prefix=f"item-{item.pk}",
            initial={"whole": item.quantity, "spoiled": 0},
        )
        self.item = item

    def clean(self) -> None:
        said = self.cleaned_data
        if sum(said.get(name) or 0 for name in ("whole", "spoiled")) > self.item.quantity:
            words = _("At most %(most)d pieces are in this return.")
            raise ValidationError(words % {"most": self.item.quantity})


class DecisionForm(forms.Form):
    """One of what the marketplace offers now; where it wants a reason, one of its reasons."""

    decision = forms.ChoiceField(label=gettext_lazy("Decision"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=gettext_lazy("Reason"), required=False)
    comment = forms.CharField(
        label=gettext_lazy("Comment"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, offered: Sequence[ReturnDecision]):
        super().__init__(data)
        # A part of the money is decided in the cabinet, where its bounds are shown.
        simple = [one for one in offered if one.most is None]
        self.reasons = {one.code: one.reasons for one in simple}
        self.fields["decision"].choices = [(c, DECISIONS.get(c, c)) for c in self.reasons]
        known = dict.fromkeys(reason for one in simple for reason in one.reasons)
        named = [(reason, DECLINE_REASONS.get(reason, reason)) for reason in known]
        self.fields["reason"].choices = [("", "—"), *named]
        if not known:
            del self.fields["reason"]

    def clean(self) -> None:
        decision = self.cleaned_data.get("decision", "")
        needed, given = self.reasons.get(decision, ()), self.cleaned_data.get("reason") or ""
        if needed and given not in needed:
            self.add_error("reason", _("The marketplace wants a reason for this decision."))
        if not needed:
            self.cleaned_data["reason"] = ""


class PackForm(forms.Form):
    """For each line its box, and the codes of its pieces, one on a line."""

    def __init__(self, data: Any = None, *, lines: Sequence[OrderLine]):
        super().__init__(data)
        self.lines = lines
        for line in lines:
            self.fields[f"box_{line.pk}"] = forms.IntegerField(
                label=_("Box number"),
                min_value=1,
                max_value=BOXES,
                initial=line.box,
                widget=forms.TextInput(attrs={"inputmode": "numeric"}),
            )
            self.fields[f"codes_{line.pk}"] = _codes_field(line)

    def groups(self) -> list[tuple[OrderLine, Any, Any]]:
        """Each line with its two fields and the codes that stand on it."""
        return [(line, self[f"box_{line.pk}"], self[f"codes_{line.pk}"]) for line in self.lines]

    def clean(self) -> None:
        self.boxes: dict[int, int] = {}
        self.codes: dict[int, list[str]] = {}
        for line in self.lines:
            self.boxes[line.pk] = self.cleaned_data.get(f"box_{line.pk}") or 1
            self.codes[line.pk] = self._codes_of(line)
        self._check_once()

    def _codes_of(self, line: OrderLine) -> list[str]:
        """Only at a line's end: the separator within a code is no end."""
        typed = (self.cleaned_data.get(f"codes_{line.pk}") or "").split("\n")
        codes = [code for one in typed if (code := marking.tidy(one))]
        name = f"codes_{line.pk}"
        for number, code in enumerate(codes, start=1):
            if not marking.is_code(code):
                self.add_error(name, _not_a_code(number, code))
        if len(codes) > line.quantity:
            words = _("%(given)d codes for %(pieces)d pieces: take off those too many.")
            self.add_error(name, words % {"given": len(codes), "pieces": line.quantity})
        if line.needs_codes and len(codes) < line.quantity:
            words = _("%(pieces)d codes are needed, one for each piece; %(given)d are here.")
            self.add_error(name, words % {"given": len(codes), "pieces": line.quantity})
        return codes

    def _check_once(self) -> None:
        seen: set[str] = set()
        for line in self.lines:
            for code in self.codes[line.pk]:
                if code in seen:
                    words = _("%(code)s stands here twice: each piece has its own code.")
                    self.add_error(f"codes_{line.pk}", words % {"code": shown(code)})
                seen.add(code)


def shown(code: str) -> str:
    """A code as people may read it."""
    return code.replace(marking.SEPARATOR, "␝")[:60]


def _not_a_code(number: int, code: str) -> str:
    words = _("Line %(number)d, %(code)s, is no marking code: 01, 14 digits, 21 and a serial.")
    return words % {"number": number, "code": shown(code)}


def _codes_field(line: OrderLine) -> forms.CharField:
    # The separator is a sign that Python counts as a space: nothing may be stripped.
    attrs = {"rows": min(max(line.quantity, 2), 8), "autocomplete": "off", "spellcheck": "false"}
    made = EitherField if line.needs_codes else forms.CharField
    return made(
        label=_("Marking codes, one on a line"),
        required=False,
        strip=False,
        max_length=50_000,
        widget=forms.Textarea(attrs=attrs),
        initial="\n".join(shown_whole(one.code) for one in line.codes.all()),
    )


def shown_whole(code: str) -> str:
    """As it can be typed back: a browser may drop the separator itself."""
    return code.replace(marking.SEPARATOR, "<GS>")

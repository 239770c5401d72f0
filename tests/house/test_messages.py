"""Reading the sentences to translate out of the code, as xgettext would."""

import polib
import pytest

from scripts.messages import Message, in_python, in_template, problems

PYTHON = """
from django.utils.translation import gettext as _, gettext_lazy, ngettext, pgettext_lazy
title = _("Orders")
long = gettext_lazy(
    "One sentence "
    "in two pieces."
)
counted = ngettext("%(n)d order", "%(n)d orders", 3)
said = pgettext_lazy("verb", "Order")
other(_(variable), len("not a sentence"), _(12))
"""
TEMPLATE = """{% extends "base.html" %}
{# {% translate "In a comment" %} #}
<h1 title="{% translate 'It\u2019s here' %}">{% translate "Orders" as title %}</h1>
{% blocktranslate trimmed with name=user.name %}
  Hello,
  {{ name }}!
{% endblocktranslate %}
{% blocktranslate count n=orders|length %}One order{% plural %}{{ n }} orders{% endblocktranslate %}
{% include "part.html" with label=_("Open") %}{{ value|default:_("None yet") }}
{% translate "Order" context "verb" %} 100 % not a sentence
"""


def test_it_reads_python():
    assert set(in_python(PYTHON)) == {
        Message(None, "Orders"),
        Message(None, "One sentence in two pieces."),
        Message(None, "%(n)d order", "%(n)d orders"),
        Message("verb", "Order"),
    }


def test_it_reads_templates():
    assert set(in_template(TEMPLATE)) == {
        Message(None, "It\u2019s here"),
        Message(None, "Orders"),
        Message(None, "Hello, %(name)s!"),
        Message(None, "One order", "%(n)s orders"),
        Message(None, "Open"),
        Message(None, "None yet"),
        Message("verb", "Order"),
    }


def check(*lines: str, said: Message) -> list[str]:
    return [line.split(":")[0] for line in problems(polib.pofile("\n".join(lines)), {said: ["x"]})]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (['msgid "%(n)s left"', 'msgstr "%(n)s ta qoldi"'], []),
        ([], ["missing"]),
        (['msgid "%(n)s left"', 'msgstr ""'], ["untranslated"]),
        (["#, fuzzy", 'msgid "%(n)s left"', 'msgstr "%(n)s ta"'], ["untranslated"]),
        (['msgid "%(n)s left"', 'msgstr "qoldi"'], ["placeholders differ"]),
        (['msgid "%(n)s left"', 'msgstr "%(m)s ta qoldi"'], ["placeholders differ"]),
        (
            ['msgid "%(n)s left"', 'msgstr "%(n)s"', "", 'msgid "Gone"', 'msgstr "Yoʻq"'],
            ["stale"],
        ),
    ],
)
def test_it_names_what_a_catalogue_lacks(lines, found):
    assert check('msgid ""', 'msgstr ""', "", *lines, said=Message(None, "%(n)s left")) == found


def test_a_plural_form_may_leave_the_number_out():
    lines = [
        'msgid ""', 'msgstr ""', "", 'msgid "one order"', 'msgid_plural "%(n)s orders"',
        'msgstr[0] "один заказ"', 'msgstr[1] "%(n)s заказа"', 'msgstr[2] "%(n)s заказов"',
    ]  # fmt: skip
    assert check(*lines, said=Message(None, "one order", "%(n)s orders")) == []

"""What no template of ours may hold, and what each must."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from sellercloudx.pages import navigation
from sellercloudx.templatetags import ui

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
NAMES = [str(path.relative_to(ROOT / "templates")) for path in TEMPLATES]
ICONS = set(re.findall(r'<symbol id="([^"]+)"', (ROOT / "static/img/i.svg").read_text()))
FORBIDDEN = {
    "inline style": r"\sstyle\s*=|<style",
    "inline script": r"<script(?![^>]*\ssrc=)",
    "inline handler": r"\son[a-z]+\s*=|hx-on",
    "script address": r"javascript:",
    "evaluated by htmx": r"hx-vals=.js:|hx-trigger=\"[^\"]*\[",
    "foreign host": r"(?:src|href|action)=\"(?:https?:)?//",
    "unescaped value": r"\|\s*safe\b|autoescape\s+off",
}


def faults(wrong: Callable[[str], Any]) -> dict[str, Any]:
    """What `wrong` finds in the source of each template; those without a fault are left out."""
    found = {name: wrong(path.read_text()) for name, path in zip(NAMES, TEMPLATES, strict=True)}
    return {name: fault for name, fault in found.items() if fault}


def test_there_are_templates():
    assert len(TEMPLATES) > 150


def test_each_compiles():
    broken = {}
    for name in NAMES:
        try:
            get_template(name)
        except TemplateSyntaxError as error:
            broken[name] = str(error)
    assert broken == {}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_none_holds_what_the_browser_would_refuse(what):
    assert faults(re.compile(FORBIDDEN[what]).findall) == {}


def test_each_is_short():
    assert faults(lambda source: len(source.splitlines()) > 200) == {}


def test_their_icons_exist():
    icon = re.compile(r'{% (?:icon|empty|menu \S+) "([a-z]+)"')
    assert faults(lambda source: set(icon.findall(source)) - ICONS) == {}


def test_their_static_files_exist():
    static = re.compile(r'{% static "([^"]+)" %}')
    assert faults(lambda source: [n for n in static.findall(source) if not finders.find(n)]) == {}


def test_icons_named_in_python_exist():
    sections = navigation.PARTNER_SECTIONS + navigation.STAFF_SECTIONS
    used = {section[2] for section in sections}
    used |= set(ui.TONE_ICONS.values()) | {image for image, _words in ui.SOURCES.values()}
    assert used <= ICONS


def test_no_icon_is_left_that_nobody_could_draw():
    sprite = (ROOT / "static/img/i.svg").read_text()
    assert len(ICONS) == sprite.count("<symbol ")
    assert "<script" not in sprite


def test_python_marks_nothing_as_safe():
    """HTML made in Python goes through format_html, which escapes what it is given."""
    sources = [
        path
        for app in ("sellercloudx", "partners", "marketplaces")
        for path in (ROOT / app).rglob("*.py")
    ]
    sources += [
        path
        for app in ("products", "orders", "referrals", "ai_manager")
        for path in (ROOT / app).rglob("*.py")
    ]
    assert [path.name for path in sources if "mark_safe(" in path.read_text()] == []

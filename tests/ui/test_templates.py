"""What no template of ours may hold, and what each must."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib.staticfiles import finders
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


@pytest.fixture(params=TEMPLATES, ids=NAMES)
def path(request):
    return request.param


def test_it_compiles(path):
    get_template(str(path.relative_to(ROOT / "templates")))


@pytest.mark.parametrize("what", FORBIDDEN)
def test_it_holds_nothing_the_browser_would_refuse(path, what):
    assert not re.search(FORBIDDEN[what], path.read_text()), what


def test_it_is_short(path):
    assert len(path.read_text().splitlines()) <= 200


def test_its_icons_exist(path):
    used = set(re.findall(r'{% (?:icon|empty|menu \S+) "([a-z]+)"', path.read_text()))
    assert used <= ICONS


def test_its_static_files_exist(path):
    for name in re.findall(r'{% static "([^"]+)" %}', path.read_text()):
        assert finders.find(name), name


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

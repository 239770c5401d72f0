"""Goals 4, 5 and 6 of the design: what a first visit has to fetch."""

import re

import brotli
import pytest
from django.conf import settings
from django.contrib.staticfiles import finders

KB = 1024
FIRST_VIEW = 8


def compressed(*names) -> int:
    total = 0
    for name in names:
        with open(finders.find(name), "rb") as file:
            total += len(brotli.compress(file.read()))
    return total


def test_styles_are_light():
    names = [f"css/{path.name}" for path in (settings.BASE_DIR / "static/css").glob("*.css")]
    assert compressed(*names) <= 10 * KB


def test_each_stylesheet_has_one_subject_and_is_short():
    styles = (settings.BASE_DIR / "static/css").glob("*.css")
    assert [path.name for path in styles if len(path.read_text().splitlines()) > 400] == []


def test_scripts_are_light():
    names = [f"js/{path.name}" for path in (settings.BASE_DIR / "static/js").glob("*.js")]
    assert compressed(*names) <= 6 * KB
    assert compressed(*names, "django_htmx/htmx-2.min.js") <= 25 * KB


def test_all_icons_together_are_light():
    assert compressed("img/i.svg") <= 3 * KB


@pytest.mark.django_db
def test_the_heaviest_kind_of_page_asks_for_few_files(staff_client):
    """The page of all components loads everything there is, htmx and the icons too."""
    html = staff_client.get("/admin-panel/components/").content.decode()
    asked = set(re.findall(r'(?:src|href)="(/static/[^"#]+)', html))
    assert len(asked) + 1 <= FIRST_VIEW

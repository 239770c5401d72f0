"""Markup that somebody wrote into a text stays text: nothing of it comes to life on any page."""

import itertools
from html.parser import HTMLParser

import pytest

from tests import marked
from tests.permission_table import RULES
from tests.test_query_counts import address, know_the_category
from tests.test_tenants_apart import PAGES, pages_of

pytestmark = pytest.mark.django_db
MARK = "zzmark"
CORPUS = [
    f"<{MARK}>",
    f'"><{MARK} a="',
    f"'><{MARK} a='",
    f'" {MARK}="1',
    f"' {MARK}='1",
    f"` {MARK}=1",
    f"</title><{MARK}>",
    f"</textarea><{MARK}>",
    f"</script><{MARK}>",
    f"</option></select><{MARK}>",
    f"--><{MARK}>",
    f"]]><{MARK}>",
    f"<img src=x {MARK} onerror=1>",
    f"<svg/{MARK} onload=1>",
    f"&lt;{MARK}&gt;",
    f"javascript:{MARK}",
    f"%3C{MARK}%3E",
    f"<{MARK}\x0c>",
    f"{{{{ {MARK} }}}}",
    f"<ſcript {MARK}>",
]
ADDRESSES = ("href", "src", "action", "formaction", "hx-get", "hx-post", "xlink:href")


class Alive(HTMLParser):
    """Elements and attributes of a page that only the corpus can have put there."""

    def __init__(self, page: str):
        super().__init__()
        self.found: list[str] = []
        self.seen = MARK in page
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        if MARK in tag:
            self.found.append(tag)
        for name, value in attrs:
            is_script = name in ADDRESSES and (value or "").strip().startswith("javascript:")
            if MARK in name or name.startswith("on") or is_script:
                self.found.append(f"{tag} {name}={value}")


def written():
    """Each text begins with another one of the corpus, and holds as many as fit."""
    start = itertools.count()

    def words(most: int) -> str:
        first = next(start) % len(CORPUS)
        text = ""
        for one in CORPUS[first:] + CORPUS[:first]:
            if len(text) + len(one) + 1 <= most:
                text += one + " "
        return text.strip()

    return words


@pytest.fixture
def connection():
    know_the_category()
    return marked.shop(written())


def test_a_partners_pages(client, connection):
    pages = {name: Alive(page) for name, page in pages_of(client, connection).items()}
    assert sum(page.seen for page in pages.values()) > 15
    assert {name: page.found for name, page in pages.items() if page.found} == {}


def test_pages_of_our_people(staff_client, connection):
    seen = 0
    for name, rule in RULES.items():
        if rule.who == "staff" and "get" in rule.methods:
            page = Alive(
                staff_client.get(
                    address(name, connection), headers={"HX-Request": "true"}
                ).content.decode()
            )
            seen += page.seen
            assert page.found == [], name
    assert seen >= 3


def test_it_would_be_noticed():
    assert Alive(f'<p title="a" {MARK}="1">').found and Alive(f"<{MARK}>").found
    assert Alive("<a href='javascript:1'>").found
    assert not Alive(f"<p>&lt;{MARK}&gt;</p>").found
    assert PAGES

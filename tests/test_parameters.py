"""Whatever stands behind the question mark of an address, the page answers.

Each page is opened once to learn which parameters it reads; then each of them brings what no
database takes, and what no person types.
"""

import pytest
from django.http import QueryDict
from django.template.backends.django import Template

from tests.permission_table import RULES, ask, names
from tests.test_permissions import allowed, theirs  # noqa: F401  fixtures

pytestmark = pytest.mark.django_db
# A zero byte, half of a pair, far too much, a number that fits into no column.
BAD = ("%00", "%ED%A0%80", "x" * 10_000, "9" * 30, "-1")
PAGES = [name for name in names() if "get" in RULES[name].methods and RULES[name].who != "everyone"]


@pytest.fixture
def read(monkeypatch):
    """The names of parameters that were asked for, in this order, once each."""
    seen: dict[str, None] = {}

    def noting(method):
        def noted(self, key, *rest):
            seen.setdefault(key)
            return method(self, key, *rest)

        return noted

    for name in ("__getitem__", "getlist", "__contains__"):
        monkeypatch.setattr(QueryDict, name, noting(getattr(QueryDict, name)))
    return seen


@pytest.fixture
def unrendered(monkeypatch):
    monkeypatch.setattr(Template, "render", lambda *args, **kwargs: "")


@pytest.mark.parametrize("name", PAGES)
def test_no_parameter_breaks_a_page(allowed, client, read, unrendered, partner, name):  # noqa: F811
    if RULES[name].who != "everyone":
        allowed(name)
    url = ask(client, name, "get", partner).wsgi_request.path
    for parameter in [*read]:
        for value in BAD:
            answer = client.get(f"{url}?{parameter}={value}")
            assert answer.status_code < 500, (parameter, value)

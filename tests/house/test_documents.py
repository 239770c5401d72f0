"""The documents for the next developer lead somewhere."""

import re

import pytest

from tests.processes import ROOT

LINK = re.compile(r"\]\(([^)#\s]+)")
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_of_it_leads_to_a_file(path):
    links = [link for link in LINK.findall(path.read_text()) if "://" not in link]
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_every_table_stands_in_the_architecture(django_apps):
    known = (ROOT / "docs" / "architecture.md").read_text()
    assert [table for table in django_apps if f"`{table}`" not in known] == []


@pytest.fixture
def django_apps() -> list[str]:
    from django.apps import apps

    rooms = {"partners", "marketplaces", "products", "orders", "referrals", "ai_manager"}
    tables = (m._meta.db_table for m in apps.get_models() if m._meta.app_label in rooms)
    return sorted(tables)

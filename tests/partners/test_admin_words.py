"""No sentence of Django's own admin is left in English where somebody reads Uzbek or Russian."""

import re
from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import translation
from django.utils.translation import _trans

from scripts import admin_sentences
from tests import marked

pytestmark = pytest.mark.django_db
# The same word in both, and signs.
SAME = {":", ":?.!", "Chat", "MFO", "Operator", "bank", "model"}


@pytest.fixture
def asked(monkeypatch) -> dict[str, bool]:
    """Every sentence that was asked for, and whether it came back as it was."""
    found = {}
    for name in ("gettext", "ngettext", "pgettext", "npgettext"):
        ask = getattr(_trans, name)

        def noted(*args, ask=ask, place=int("pgettext" in name)):
            said = ask(*args)
            if translation.get_language() != "en":
                found[str(args[place])] = said in args
            return said

        monkeypatch.setattr(_trans, name, noted)
    return found


def addresses(model) -> Iterator[str]:
    base = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    yield reverse(f"{base}_changelist")
    yield reverse(f"{base}_changelist") + "?q=zzz"
    yield reverse(f"{base}_add")
    if row := model._default_manager.first():
        for page in ("change", "history", "delete"):
            yield reverse(f"{base}_{page}", args=[row.pk])


def test_no_row_is_called_by_english_words():
    marked.shop(lambda most: "※※※")
    rows = [model._default_manager.first() for model in admin.site._registry]
    names = {str(row) for row in rows if row}
    word = re.compile(r"\b(of|for|in|at|on|after|all|card|listing|stock)\b(?!_)")
    assert len(names) > 20 and not [name for name in names if word.search(name)]


@pytest.mark.parametrize("language", ["uz", "ru"])
def test_every_page_of_the_admin_is_translated(staff_client, staff, asked, language):
    partner = marked.shop(lambda most: "※※※").partner
    staff_client.cookies["django_language"] = language
    pages = ["/admin/", "/admin/password_change/"]
    pages += [page for model in admin.site._registry for page in addresses(model)]
    answers = [staff_client.get(page).status_code for page in pages]
    forms = [f"/admin/partners/partner/{partner.pk}/change/", "/admin/partners/user/add/"]
    answers += [staff_client.post(form, {}).status_code for form in forms]
    pages = [f"/admin/auth/group/{Group.objects.first().pk}/change/"]
    pages += [f"/admin/partners/user/{staff.pk}/{page}/" for page in ("password", "change")]
    for page in pages:
        drawn = staff_client.get(page).content.decode()
        assert "If disabled" not in drawn and "Can add" not in drawn
    answers.append(staff_client.get("/admin/partners/user/0/change/", follow=True).status_code)
    assert set(answers) <= {200, 403}
    assert answers.count(200) > 60
    english = {sentence for sentence, is_same in asked.items() if is_same}
    assert english - SAME == set()
    # None is kept here that Django does not say any more.
    said = {*admin_sentences.ONE, *(one for one, _many in admin_sentences.MANY)}
    assert said - asked.keys() == set()

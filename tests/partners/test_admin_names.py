"""Django's own admin calls every table by a name, in the language of who looks."""

import re

import pytest
from django.apps import apps
from django.contrib import admin
from django.utils import translation
from django.utils.text import camel_case_to_spaces

from sellercloudx.lib.text import fold

OURS = ("partners", "marketplaces", "products", "orders", "referrals", "ai_manager")
MODELS = [model for app in OURS for model in apps.get_app_config(app).get_models()]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_table_has_a_name_for_one_and_for_many(model):
    meta = model._meta
    assert meta.original_attrs.get("verbose_name"), "not told"
    assert meta.original_attrs.get("verbose_name_plural"), "not told"
    for name in ("verbose_name", "verbose_name_plural"):
        words = set()
        for language in ("uz", "ru", "en"):
            with translation.override(language):
                words.add(str(getattr(meta, name)))
        assert len(words) == 3, words


@pytest.mark.parametrize("app", OURS)
def test_every_application_has_a_name(app):
    with translation.override("ru"):
        assert str(apps.get_app_config(app).verbose_name) != camel_case_to_spaces(app).title()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "here", "nowhere"),
    [
        ("uz", ("Marketpleys toifalari", "AI menejer"), "Remote"),
        ("ru", ("Категории маркетплейсов", "ИИ-менеджер"), "Remote"),
        ("en", ("Marketplace categories", "Days of analytics"), "categorys"),
    ],
)
def test_its_first_page(staff_client, language, here, nowhere):
    staff_client.cookies["django_language"] = language
    page = staff_client.get("/admin/").content.decode()
    for words in here:
        assert fold(words) in fold(page)
    assert nowhere not in page
    assert not re.search(r">\s*ai_manager\s*<", page, re.IGNORECASE)
    assert {model._meta.app_label for model in admin.site._registry} >= set(OURS)

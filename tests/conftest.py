import os
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models.signals import post_migrate

from partners.services import second_factor, tax_regimes
from products.services import fee_schedules
from tests import factories
from tests.undone import fresh_caches

# Quickly, as passwords (tests/settings.py): real processes hash their own recovery codes.
second_factor._ROUNDS = 10

pytest_plugins = [
    "tests.chromium",
    "tests.fake_marketplace",
    "tests.processes",
    "tests.sandbox_process",
    "tests.smtp_server",
    "tests.telegram_server",
    "tests.template_database",
]


def pytest_addoption(parser):
    parser.addoption(
        "--kills", type=int, default=3, help="how often the worker is killed (long form: 20)"
    )
    parser.addoption(
        "--rehearse-all", action="store_true", help="every deploy on Railway, not the first alone"
    )
    parser.addoption(
        "--contact-sheets",
        type=Path,
        metavar="FOLDER",
        help="where to put pictures of every page of the journey, in every look",
    )


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The long ones first, so that nobody waits for the last of them at the end."""
    items.sort(key=lambda item: not item.get_closest_marker("processes"))
    if os.environ.get("CI"):
        for item in items:
            _forgive_once(item)


def _forgive_once(item):
    """A loaded machine may stall real processes and clocks: one more try, named in the report."""
    if any(item.get_closest_marker(name) for name in ("processes", "e2e", "timing")):
        item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """A test of real processes empties every table afterwards; what migrations put in stays."""
    for app, name in (
        ("partners", "0013_begin_with_the_known_tax_regimes"),
        ("products", "0008_begin_with_the_known_fees"),
    ):
        migration = import_module(f"{app}.migrations.{name}")
        post_migrate.connect(
            partial(_begin, migration), sender=apps.get_app_config(app), weak=False
        )


def _begin(migration, **kwargs):
    migration.begin(apps)


@pytest.fixture(autouse=True)
def _fresh_regimes():
    """Those of one test are not read in another."""
    tax_regimes.forget_read()
    fee_schedules.forget_read()


@pytest.fixture(autouse=True)
def _fresh_cache():
    """Rate limits of one test do not reach another, nor another worker's."""
    fresh_caches()


@pytest.fixture
def partner(db):
    return factories.make_partner()


@pytest.fixture
def staff(db):
    return factories.make_staff()


@pytest.fixture
def partner_client(client, partner):
    client.force_login(partner.owner)
    return client


@pytest.fixture
def staff_client(client, staff):
    client.force_login(staff)
    return client

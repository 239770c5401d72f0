"""A partner with a shop, goods and orders, and a program that reads them by a key."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from partners.models import ApiKey
from partners.services import api_keys
from sellercloudx.demo import scale
from tests import factories

ALL = [str(scope) for scope in ApiKey.Scope]


def make_token(partner, *, scopes=tuple(ALL), days=30) -> str:
    _key, token = api_keys.create_key(
        partner=partner,
        by=partner.owner,
        name="Warehouse",
        scopes=scopes,
        expires_at=timezone.now() + timedelta(days=days),
    )
    return token


def program(token: str) -> Client:
    return Client(headers={"Authorization": f"Bearer {token}", "Accept-Language": "en"})


@pytest.fixture
def shop(partner):
    """Twelve products, listings and orders in one shop."""
    connection = factories.make_connection(partner)
    scale.fill(connection=connection, owner=partner.owner, rows=12)
    return connection


@pytest.fixture
def reader(partner):
    """A program with every scope."""
    return program(make_token(partner))

"""Marketplaces' category trees and characteristics, kept for a week and shared by all partners."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from marketplaces import gateway, payloads
from marketplaces.connectors.base import batches
from marketplaces.connectors.remote import Attribute, Category
from marketplaces.models import Connection, RemoteAttributes, RemoteCategory

FRESH = timedelta(days=7)


def ensure_categories(connection: Connection, *, within: float | None = None) -> None:
    """Fetch the tree unless a recent one is stored. Raises MarketplaceError; calls over HTTP.

    A person waits no longer than `within` seconds.
    """
    known = RemoteCategory.objects.filter(marketplace=connection.marketplace)
    if known.filter(fetched_at__gte=timezone.now() - FRESH).exists():
        return
    with gateway.connector_for(connection, within=within) as connector:
        tree = connector.categories()
    _store(connection.marketplace, tree)


def _store(marketplace: str, tree: list[Category]) -> None:
    by_id = {category.id: category for category in tree}
    now = timezone.now()
    leaves = [
        RemoteCategory(
            marketplace=marketplace,
            external_id=category.id,
            name=category.name[:255],
            path=_path(category, by_id)[:1000],
            fetched_at=now,
        )
        for category in tree
        if category.is_leaf
    ]
    with transaction.atomic():
        for batch in batches(leaves, 500):
            RemoteCategory.objects.bulk_create(
                batch,
                update_conflicts=True,
                unique_fields=["marketplace", "external_id"],
                update_fields=["name", "path", "fetched_at"],
            )


def _path(category: Category, by_id: dict[str, Category]) -> str:
    """From the top to the leaf; a tree that bites its own tail ends where it repeats."""
    names: list[str] = []
    seen: set[str] = set()
    current: Category | None = category
    while current and current.id not in seen:
        seen.add(current.id)
        names.append(current.name)
        current = by_id.get(current.parent_id)
    return " / ".join(reversed(names))


def leaves(marketplace: str) -> list[RemoteCategory]:
    return list(RemoteCategory.objects.filter(marketplace=marketplace).order_by("path"))


def find(marketplace: str, external_id: str) -> RemoteCategory | None:
    return RemoteCategory.objects.filter(marketplace=marketplace, external_id=external_id).first()


def attributes_of(connection: Connection, category_id: str) -> list[Attribute]:
    """The category's characteristics, from the store or by a call. Raises MarketplaceError."""
    stored = stored_attributes(connection.marketplace, category_id, newer_than=FRESH)
    if stored is not None:
        return stored
    with gateway.connector_for(connection) as connector:
        attributes = connector.attributes(category_id)
    category = find(connection.marketplace, category_id)
    if category is not None:
        RemoteAttributes.objects.update_or_create(
            category=category,
            defaults={
                "items": [payloads.dump(attribute) for attribute in attributes],
                "fetched_at": timezone.now(),
            },
        )
    return attributes


def stored_attributes(
    marketplace: str, category_id: str, *, newer_than: timedelta | None = None
) -> list[Attribute] | None:
    """What is stored of them; None when nothing is. Never calls out."""
    rows = RemoteAttributes.objects.filter(
        category__marketplace=marketplace, category__external_id=category_id
    )
    if newer_than is not None:
        rows = rows.filter(fetched_at__gte=timezone.now() - newer_than)
    row = rows.first()
    return None if row is None else [payloads.load(Attribute, item) for item in row.items]

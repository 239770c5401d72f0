"""Workers are killed in the middle of an import and of publishing many cards: each thing once."""

import os
import uuid
from collections import Counter

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from marketplaces.models import Operation
from partners.models import Activity, AuditLog, Notification, StoredFile
from partners.services import activities
from products.models import Product, StockMovement
from products.services import import_files
from tests import factories
from tests.processes import wait_until
from tests.products.making import make_card

# The long form is 1 000.
THINGS = int(os.environ.get("THINGS", "60"))
KILLS = 2
LONGEST = 60 + THINGS / 2
pytestmark = [pytest.mark.processes, pytest.mark.timeout(120 + 4 * int(LONGEST))]


def start(partner, kind, **parameters) -> Activity:
    asked = {"partner": partner, "by": partner.owner, "parameters": parameters}
    return activities.start(kind=kind, submission=uuid.uuid4(), **asked)


def killed_and_done(activity, worker) -> None:
    """Killed when a part is done, taken up by the next each time; it ends in one notice."""
    for kill in range(1, KILLS + 1):
        running, part = worker(), THINGS * kill // (KILLS + 2)
        wait_until(lambda part=part: activity.items.count() > part, LONGEST, every=0.01)
        running.kill()
        running.wait(10)
        assert activity.items.count() < THINGS, "it was over before the kill"
        # What waiting for the lease to end would bring.
        Activity.objects.filter(pk=activity.pk).update(leased_until=timezone.now())
    worker()
    done = Activity.objects.filter(pk=activity.pk, state=Activity.State.DONE)
    wait_until(done.exists, LONGEST)
    activity.refresh_from_db()
    print(f"\n{activity}: {activity.done} of {THINGS}, {activity.attempts} workers")  # noqa: T201
    assert (activity.done, activity.attempts) == (THINGS, KILLS + 1)
    assert Notification.objects.filter(kind="bulk_done").count() == 1


def test_an_import_makes_each_product_and_counts_its_pieces_once(processes):
    partner = factories.make_partner()
    rows = [f"SKU-{number};Choynak {number};{number + 1}" for number in range(THINGS)]
    table = "\n".join(["SKU;Name;On hand", *rows]).encode()
    upload = SimpleUploadedFile("tovarlar.csv", table)
    sent = import_files.take(partner=partner, by=partner.owner, upload=upload)
    activity = start(partner, "import_products", **{"import": sent.pk})
    killed_and_done(activity, processes.worker)
    assert Product.objects.count() == THINGS
    assert Counter(activity.items.values_list("outcome", flat=True)) == {"created": THINGS}
    moved = StockMovement.objects.values_list("product__sku", "quantity")
    assert sorted(moved) == sorted((f"SKU-{n}", n + 1) for n in range(THINGS))


def test_each_card_is_published_once(processes, yandex_shop):
    partner = yandex_shop.partner
    partner.owner = partner.users.get()
    photo = StoredFile.objects.create(
        partner=partner, sha256="0" * 64, content_type="image/jpeg", content=b"x", size=1
    )
    cards = []
    for number in range(THINGS):
        product = factories.make_product(
            partner, stock=1, sku=f"SKU-{number}", photo=photo, brand="Paxta"
        )
        listing = factories.make_listing(product, yandex_shop, category_id="91105")
        cards.append([listing.pk, make_card(listing).version])
    activity = start(partner, "publish_cards", cards=cards)
    killed_and_done(activity, processes.worker)
    assert Counter(activity.items.values_list("outcome", flat=True)) == {"published": THINGS}
    sent = Operation.objects.filter(kind=Operation.Kind.PUBLISH_CARD)
    assert Counter(sent.values_list("subject", flat=True)) == Counter(
        f"listing:{pk}" for pk, _version in cards
    )
    assert AuditLog.objects.filter(action="CARD_PUBLISHED").count() == THINGS

"""How many queries each page takes: the same in a small shop and in a large one.

`QUERY_COUNTS=write pytest tests/test_query_counts.py -n 0` writes down new figures after they were
looked at; `SCALE=10000` takes the large shop larger than the usual 1 000 products and orders.
"""

import json
import os
from pathlib import Path

from django.contrib.auth.models import Group, Permission
from django.db import connection as database
from django.db.models import Q
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplaces.connecting import disconnect
from marketplaces.models import RemoteAttributes, RemoteCategory
from orders.models import Conversation, Order, OrderLine, ReplyTemplate, Return
from products.models import Listing, PriceBatch, Product
from sellercloudx.demo import scale
from tests import factories
from tests.permission_table import RULES

FILE = Path(__file__).with_name("query_counts.json")
PINNED = json.loads(FILE.read_text()) if FILE.exists() else {}
SMALL, LARGE = 10, int(os.environ.get("SCALE", "1000"))
# Each is a way to the database and back, which a seller waits for one after the other: a database
# in another building answers in 2 to 5 ms, and 8 of them are still no more than the page itself.
MOST = 8
# The first three lead on, those who are approved; a label is the marketplace's file;
# and the second step is asked for where STAFF_OTP is on (tests/partners/test_second_step.py).
SKIPPED = {
    "partners:waiting",
    "partners:apply_again",
    "orders:of_source",
    "orders:label",
    "partners:second_step",
    # Leads back whoever does not wait for it: tests/house/test_sample_shop.py.
    "pages:sample_wait",
    # Where nothing is new there is nothing to draw: tests/partners/test_chat_polling.py.
    "partners:chat_news",
    "partners:staff_chat_news",
    # tests/partners/test_ticket_polling.py
    "partners:ticket_news",
    "partners:staff_ticket_news",
}
# So that a part of a page is drawn; a page is the same.
AS_HTMX = {"HX-Request": "true"}
# What an address names is neither the partner nor a thing of the shop.
ABOUT_PEOPLE = {
    "intent",
    "remove_second_step",
    "staff_chat_file",
    "canned_reply",
    "activity_result",
} | {
    *(
        "ticket",
        "ticket_news",
        "staff_ticket",
        "staff_ticket_news",
        "staff_ticket_file",
        "activity_items",
        "import_preview",
    ),
}
OF_BUYERS = {"thread": Conversation, "answer": ReplyTemplate, "return": Return}
PAGES = [
    name
    for name, rule in RULES.items()
    # Those of the API are pinned in tests/api/test_reading.py.
    if "get" in rule.methods and rule.who not in ("everyone", "api") and name not in SKIPPED
]


def shop(rows: int):
    know_the_category()
    connection = factories.make_connection()
    scale.fill(connection=connection, owner=connection.partner.owner, rows=rows)
    return connection


def know_the_category() -> None:
    """What a worker has read long before, so that no page asks the marketplace."""
    now = timezone.now()
    category, _ = RemoteCategory.objects.get_or_create(
        marketplace="yandex",
        external_id="91105",
        defaults={"name": "Чайники", "path": "Дом / Чайники", "fetched_at": now},
    )
    RemoteAttributes.objects.get_or_create(category=category, defaults={"fetched_at": now})


def address(name: str, connection) -> str:
    """The page about something in the middle of this shop."""
    partner = connection.partner
    about = {
        "marketplaces": lambda: connection,
        "orders": lambda: Order.objects.for_partner(partner).order_by("pk")[5],
        "pages": lambda: partner,
        "partners": lambda: partner,
    }
    listing = Listing.objects.for_partner(partner).order_by("pk")[5]
    room, page = name.split(":")
    thing = about.get(room, lambda: Product.objects.get(pk=listing.product_id))()
    wanted = RULES[name].about(partner)
    if "pk" in wanted and page not in ABOUT_PEOPLE:
        if page == "price_batch":
            thing = PriceBatch.objects.for_partner(partner).order_by("pk")[5]
        if page in OF_BUYERS:
            thing = OF_BUYERS[page].objects.for_partner(partner).order_by("pk")[5]
        of_listings = ("listing", "compare", "category", "edit_card")
        is_listing = page in of_listings or room == "ai_manager"
        wanted["pk"] = (listing if is_listing else thing).pk
    if page == "shop_catalogue":
        wanted["connection_pk"] = connection.pk
    return reverse(name, kwargs=wanted)


def queries(client, name: str, connection, staff) -> list[str]:
    """What one visit asks, once everything that is remembered between visits is there."""
    client.force_login(staff if RULES[name].who == "staff" else connection.partner.owner)
    url = address(name, connection)
    assert client.get(url, headers=AS_HTMX).status_code == 200, name
    with CaptureQueriesContext(database) as asked:
        client.get(url, headers=AS_HTMX)
    return [query["sql"] for query in asked]


def test_every_page_takes_as_many_queries_in_a_large_shop(client, staff):
    small, large = shop(SMALL), shop(LARGE)
    found = {}
    for name in PAGES:
        few, many = (queries(client, name, shop, staff) for shop in (small, large))
        assert len(few) == len(many), f"{name}:\n" + "\n".join(many)
        assert len(many) <= MOST, f"{name}:\n" + "\n".join(many)
        found[name] = len(many)
    if os.environ.get("QUERY_COUNTS") == "write":
        FILE.write_text(json.dumps(found, indent=2, sort_keys=True) + "\n")
    else:
        assert found == PINNED


def test_trouble_takes_no_more_than_it_may(client, staff):
    """A shop that is gone with orders open, one that is refused, a person of two companies."""
    shop_in_trouble = shop(SMALL)
    partner = shop_in_trouble.partner
    factories.make_partner(user=partner.owner)
    OrderLine.objects.update(product=None, stock=OrderLine.Stock.UNLINKED)
    Listing.objects.update(state=Listing.State.REFUSED)
    others = [factories.make_connection(partner, state=state) for state in ("parked", "degraded")]
    disconnect(connection=factories.make_connection(partner), by=partner.owner)
    for name in PAGES:
        asked = queries(client, name, shop_in_trouble, staff)
        assert len(asked) <= MOST, f"{name}:\n" + "\n".join(asked)
    for gone in (shop_in_trouble, *others):
        disconnect(connection=gone, by=partner.owner)
    for name in ("pages:overview", "orders:list", "marketplaces:list"):
        assert len(queries(client, name, shop_in_trouble, staff)) <= MOST, name


def test_a_colleague_with_some_rights_takes_no_more(client, db):
    """A superuser is asked for none."""
    colleague = factories.make_staff(is_superuser=False)
    rights = Permission.objects.filter(
        Q(codename__startswith="view_")
        | Q(codename__in=["change_chatroom", "change_partner", "change_supportticket"])
    )
    group = Group.objects.create(name="readers")
    group.permissions.set(rights)
    colleague.groups.add(group)
    colleague.user_permissions.set(rights)
    small = shop(SMALL)
    for name in PAGES:
        if RULES[name].who == "staff" and RULES[name].groups != ("superuser",):
            asked = queries(client, name, small, colleague)
            assert len(asked) <= MOST, f"{name}:\n" + "\n".join(asked)

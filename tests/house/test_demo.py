"""The demo: made by the same services as real data, against a sandbox that really answers."""

import io
import json

import pytest
from django.core.management import CommandError, call_command

from marketplaces.models import Connection, Operation
from marketplaces.sandbox.config import DEMO_KEY
from orders.models import Order
from partners.models import AuditLog, Member, Partner, User
from products.models import Listing, Product, StockMovement
from sellercloudx.demo import closing, people, shop
from tests import factories


@pytest.fixture
def shop_floor(settings, sandbox, live_server):
    """A sandbox to sell in, and pages it can fetch the pictures from."""
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": f"{sandbox.url}/yandex"}
    settings.PUBLIC_URL = live_server.url
    return sandbox


def demo() -> dict:
    output = io.StringIO()
    call_command("demo", "--json", stdout=output)
    return json.loads(output.getvalue())


def counts() -> dict[str, int]:
    return {
        model.__name__: model.objects.count()
        for model in (User, Partner, Connection, Product, Listing, StockMovement, Operation, Order)
    }


@pytest.mark.timeout(240)
def test_it_fills_a_shop_once(shop_floor, client):
    told = demo()
    assert (told["sandbox_url"], told["note"]) == (shop_floor.url, "")
    for who, page in (("partner", "/partner-dashboard/"), ("admin", "/admin-panel/partners/")):
        assert client.login(username=told[who]["email"], password=told[who]["password"])
        assert client.get(page).status_code == 200
    assert client.login(username=told["partner"]["phone"], password=told["partner"]["password"])
    assert client.login(username=told["pending"]["email"], password=told["pending"]["password"])
    assert client.get("/partner-dashboard/")["Location"] == "/partner-registration/waiting"

    listings = Listing.objects.order_by("pk")
    *sold, last = listings
    assert [one.remote_status for one in sold] == ["accepted"] * 4
    assert all(one.sent_price and one.sent_stock is not None for one in sold)
    # One is left for whoever tries it, and nothing stands in the way.
    assert last.state == Listing.State.REVIEW
    assert last.cards.get().problems == last.cards.get().missing == []
    assert not Operation.objects.exclude(state=Operation.State.DONE).exclude(
        state=Operation.State.SUPERSEDED
    )
    assert Order.objects.count() >= 3
    assert {"PARTNER_APPROVED", "MARKETPLACE_CONNECTED", "CARD_PUBLISHED"} <= set(
        AuditLog.objects.values_list("action", flat=True)
    )

    before = counts()
    assert demo() == told
    assert counts() == before


@pytest.mark.timeout(240)
def test_pictures_the_sandbox_cannot_fetch_are_said_and_stop_nothing(shop_floor, settings):
    settings.PUBLIC_URL = "https://cabinet.example.uz"
    told = demo()
    assert "PUBLIC_URL is https://cabinet.example.uz. Take PUBLIC_URL out" in told["note"]
    assert told["partner"]["password"]
    assert Listing.objects.filter(sent_at__isnull=False).exists()
    assert not Listing.objects.filter(remote_status="accepted").exists()


def test_a_refusal_is_not_a_missing_sandbox(shop_floor, settings):
    with pytest.raises(shop.Refused, match="no-such-sku"):
        shop._control("orders", account=DEMO_KEY, sku="no-such-sku", quantity=1)
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "http://127.0.0.1:9/yandex"}
    with pytest.raises(shop.NoSandbox):
        shop._control("orders", account=DEMO_KEY, sku="no-such-sku", quantity=1)


def test_without_a_practice_marketplace_it_says_what_else_must_run(db, settings):
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "https://api.example.uz"}
    output = io.StringIO()
    call_command("demo", stdout=output)
    assert not Product.objects.exists()
    assert "There is no shop, no product and no order" in output.getvalue()
    for command in ("python3 run.py", "manage.py sandbox", "YANDEX_MARKET_API_URL=http"):
        assert command in output.getvalue()
    assert demo()["sandbox_url"] is None


def test_it_is_refused_in_production(settings, db):
    settings.IS_PRODUCTION = True
    for command in ("demo", "seed_scale", "sandbox"):
        with pytest.raises(CommandError, match="refused in production"):
            call_command(command)
    assert not User.objects.exists()


def test_a_demo_that_was_moved_to_production_lets_nobody_in(settings, db, client):
    """Say, with a laptop's database; one of them has chosen a password of their own since."""
    admin = people.admin()
    people.seller(approved_by=admin)
    own = people.applicant().user
    own.set_password("bir-oʻzim-bilaman-7")
    own.save()
    settings.IS_PRODUCTION = True
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "boss@shop.uz", "uzum-va-anor-2026"
    output = io.StringIO()
    call_command("migrate", "--noinput", stdout=output)
    assert f"public: {admin.email}, aziza@namuna.example." in output.getvalue()
    for email in (admin.email, "aziza@namuna.example"):
        assert not client.login(username=email, password=people.PASSWORD)
    assert client.login(username=own.email, password="bir-oʻzim-bilaman-7")
    # The demo's admin does not count as one.
    assert client.login(username="boss@shop.uz", password="uzum-va-anor-2026")
    assert AuditLog.objects.filter(action="DEMO_ACCOUNT_CLOSED").count() == 2


def test_nobody_who_works_for_the_demo_only_comes_in_either(db, client):
    """An invited colleague has a password of their own, and saw a shop that strangers know."""
    owner = people.seller(approved_by=people.admin())
    only_there, elsewhere = factories.make_user(), factories.make_partner().owner
    for user in (only_there, elsewhere):
        Member.objects.create(partner=owner.partner, user=user, role=Member.Role.MANAGER)
    admin = factories.make_staff(password=people.PASSWORD)
    closed = closing.close_demo()
    assert {only_there, owner.user, admin} < set(closed.people)
    assert closed.shops == [owner.partner]
    assert "Blocked, because they are the demo's: Namuna Savdo." in str(closed)
    owner.partner.refresh_from_db()
    assert owner.partner.state == Partner.State.BLOCKED
    assert not client.login(username=only_there.email, password=factories.PASSWORD)
    assert client.login(username=elsewhere.email, password=factories.PASSWORD)
    assert str(closing.close_demo()) == ""


def test_on_a_laptop_the_demo_stays_open(db, client):
    admin = people.admin()
    call_command("migrate", "--noinput", verbosity=0)
    assert client.login(username=admin.email, password=people.PASSWORD)


def test_without_a_sandbox_it_says_what_to_start(settings, db):
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "http://127.0.0.1:9/yandex"}
    told = demo()
    assert "Start it first: python manage.py sandbox" in told["note"]
    assert told["partner"]["password"] == people.PASSWORD


def test_with_a_real_marketplace_it_makes_people_only(settings, db):
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "https://example.test"}
    assert demo()["sandbox_url"] is None
    assert not Connection.objects.exists()


def test_a_password_its_owner_changed_is_not_printed(settings, db):
    settings.MARKETPLACE_URLS = settings.MARKETPLACE_URLS | {"yandex": "https://example.test"}
    admin = User.objects.get(email=demo()["admin"]["email"])
    admin.set_password("their own")
    admin.save()
    assert demo()["admin"]["password"] is None


def test_a_large_shop_is_made_for_measuring(db):
    output = io.StringIO()
    call_command("seed_scale", "--rows", "12", stdout=output)
    call_command("seed_scale", "--rows", "3", stdout=output)
    assert Product.objects.count() == Order.objects.count() == 15
    assert "12 products and orders" in output.getvalue()

"""Many cards at once: shown first, then published one by one, each of them once."""

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces.models import Operation
from partners.models import Activity, Member, Notification
from partners.services import activities
from products.models import Listing
from products.services import bulk_publishing
from sellercloudx import wiring as ours
from sellercloudx.lib import wiring
from tests import factories
from tests.products.making import make_card, make_listing

pytestmark = pytest.mark.django_db
URL = reverse("products:publish")
State = Listing.State


@pytest.fixture(autouse=True)
def done_by_us(monkeypatch):
    for kind, path in ours.ACTIVITIES.items():
        monkeypatch.setitem(wiring.table("ACTIVITIES"), kind, path)


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner, marketplace="fake")


def card_of(partner, shop, name="Choynak", **product):
    made = factories.make_product(partner, stock=5, name=name, **product)
    listing = factories.make_listing(made, shop, category_id="91105", category_path="Дом")
    return make_card(listing)


def seen(card) -> str:
    return f"{card.listing_id}:{card.version}"


def confirm(client, *cards, submission=None):
    form = {"submission": submission or uuid.uuid4(), "card": [seen(card) for card in cards]}
    return client.post(URL, form)


def run() -> Activity:
    activity = Activity.objects.latest("pk")
    activities.run(activity.pk)
    activity.refresh_from_db()
    return activity


def outcomes(activity):
    return list(activity.items.order_by("position").values_list("outcome", flat=True))


def published() -> list[str]:
    return list(Operation.objects.filter(kind="publish_card").values_list("subject", flat=True))


def test_what_would_be_sent_is_shown_and_nothing_is_sent(partner_client, partner, shop):
    ready, lacking = card_of(partner, shop), card_of(partner, shop, name="Piyola", price=None)
    chosen = [ready.listing.product_id, lacking.listing.product_id]
    page = partner_client.get(URL, {"id": chosen}).content.decode()
    assert f'value="{seen(ready)}"' in page
    assert seen(lacking) not in page
    assert "Set a price." in page
    assert reverse("products:price", args=[lacking.listing.product_id]) in page
    assert not Operation.objects.exists()
    assert not Activity.objects.exists()


def test_each_is_published_and_told_of(partner_client, partner, shop):
    cards = [card_of(partner, shop, name=f"Choynak {number}") for number in range(3)]
    assert confirm(partner_client, *cards).url == reverse("partners:activity")
    activity = run()
    assert (activity.state, activity.done, activity.total) == (Activity.State.DONE, 3, 3)
    assert outcomes(activity) == ["published"] * 3
    assert len(published()) == len(set(published())) == 3
    assert Listing.objects.filter(state=State.APPROVED).count() == 3
    notice = Notification.objects.get(kind="bulk_done")
    assert (notice.data["done"], notice.data["left"]) == (3, 0)
    page = partner_client.get(notice.url).content.decode()
    assert "Choynak 0 → " in page
    assert page.count("Published") >= 3


def test_what_is_not_ready_when_its_turn_comes_is_left_out_with_the_reason(
    partner_client, partner, shop
):
    unpriced, changed, sent, fine = (card_of(partner, shop) for _one in range(4))
    confirm(partner_client, unpriced, changed, sent, fine)
    unpriced.listing.product.price = None
    unpriced.listing.product.save()
    make_card(changed.listing)
    Listing.objects.filter(pk=sent.listing_id).update(state=State.SENT)
    activity = run()
    became = {item.url: (item.outcome, item.reasons) for item in activity.items.all()}

    def page(card):
        return reverse("products:listing", args=[card.listing_id])

    assert became[page(unpriced)] == ("skipped", ["Narx belgilang."])
    assert became[page(changed)][0] == became[page(sent)][0] == "skipped"
    assert became[page(fine)] == ("published", [])
    assert published() == [f"listing:{fine.listing_id}"]
    assert Notification.objects.get(kind="bulk_done").data["left"] == 3


def test_a_refused_card_is_looked_at_by_itself(partner_client, partner, shop):
    card = card_of(partner, shop)
    Listing.objects.update(state=State.REFUSED)
    page = partner_client.get(URL, {"id": card.listing.product_id}).content.decode()
    assert seen(card) not in page
    assert reverse("products:listing", args=[card.listing_id]) in page


def test_all_of_the_list_as_it_was_filtered(partner_client, partner, shop):
    pot, cup = card_of(partner, shop), card_of(partner, shop, name="Piyola")
    page = partner_client.get(URL, {"all_matching": "1", "tab": "you", "q": "choynak"})
    assert [one.listing.pk for one in page.context["ready"]] == [pot.listing_id]
    page = partner_client.get(URL, {"all_matching": "1"})
    assert [one.listing.pk for one in page.context["ready"]] == [cup.listing_id, pot.listing_id]


def test_more_than_a_person_looks_through_is_said(partner_client, partner, shop, monkeypatch):
    monkeypatch.setattr(bulk_publishing, "MOST", 2)
    cards = [card_of(partner, shop) for _one in range(3)]
    page = partner_client.get(URL, {"all_matching": "1"})
    assert len(page.context["ready"]) == 2
    assert "The newest 2 are shown" in page.content.decode()
    confirm(partner_client, *cards)
    assert len(Activity.objects.get().parameters["cards"]) == 2


def test_a_double_click_makes_one(partner_client, partner, shop):
    card, number = card_of(partner, shop), uuid.uuid4()
    for _click in range(2):
        confirm(partner_client, card, submission=number)
    activities.run(Activity.objects.get().pk)
    assert len(published()) == 1


def test_somebody_elses_cards_are_as_if_they_were_not_there(partner_client, partner, shop):
    theirs = make_card(make_listing())
    page = partner_client.get(URL, {"id": theirs.listing.product_id})
    assert (page.context["ready"], page.context["others"]) == ([], [])
    assert confirm(partner_client, theirs).url == reverse("products:list")
    assert not Activity.objects.exists()
    mine = card_of(partner, shop)
    confirm(partner_client, theirs, mine)
    assert Activity.objects.get().parameters == {"cards": [[mine.listing_id, 1]]}


@pytest.mark.parametrize("odd", ["", "x", "1", "1:", ":1", "-1:1", "1:1:1", "9" * 30 + ":1", "\0"])
def test_odd_choices_choose_nothing(partner_client, partner, odd):
    assert partner_client.get(URL, {"id": odd, "q": "\0", "tab": odd}).status_code == 200
    assert partner_client.post(URL, {"card": odd}).url == reverse("products:list")
    assert not Activity.objects.exists()


def test_it_is_cancelled_between_two_cards(partner_client, partner, shop, monkeypatch):
    cards = [card_of(partner, shop) for _one in range(3)]
    confirm(partner_client, *cards)
    activity = Activity.objects.get()
    send = bulk_publishing._send

    def sent_and_stopped(listing, version, by):
        activities.cancel(activity=activity, by=by)
        return send(listing, version, by)

    monkeypatch.setattr(bulk_publishing, "_send", sent_and_stopped)
    assert run().state == Activity.State.CANCELLED
    assert outcomes(activity) == ["published"]
    assert len(published()) == 1
    assert not Notification.objects.filter(kind="bulk_done").exists()
    page = partner_client.get(reverse("partners:activity_items", args=[activity.pk]))
    assert len(page.context["rows"]) == 1


def test_what_broke_in_the_middle_goes_on_behind_what_is_done(
    partner_client, partner, shop, monkeypatch
):
    cards = [card_of(partner, shop) for _one in range(3)]
    confirm(partner_client, *cards)
    send, tries = bulk_publishing._send, []

    def breaks_once(listing, version, by):
        tries.append(listing.pk)
        reasons = send(listing, version, by)
        if len(tries) == 2:
            # After its effect and before it is written down: neither may stay.
            raise ZeroDivisionError
        return reasons

    monkeypatch.setattr(bulk_publishing, "_send", breaks_once)
    activity = run()
    assert (activity.state, len(published())) == (Activity.State.RUNNING, 1)
    Activity.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    assert run().state == Activity.State.DONE
    assert outcomes(activity) == ["published"] * 3
    assert len(published()) == len(set(published())) == 3
    assert len(tries) == 4


def test_a_worker_that_woke_too_late_publishes_nothing(partner_client, partner, shop, monkeypatch):
    cards = [card_of(partner, shop) for _one in range(2)]
    confirm(partner_client, *cards)
    activity = Activity.objects.get()
    send = bulk_publishing._send

    def sent_too_slowly(listing, version, by):
        reasons = send(listing, version, by)
        Activity.objects.update(lease_token=99)
        return reasons

    monkeypatch.setattr(bulk_publishing, "_send", sent_too_slowly)
    run()
    assert outcomes(activity) == ["published"]
    assert len(published()) == 1


@pytest.mark.parametrize("role", [Member.Role.VIEWER, None])
def test_who_may_not_publish_any_more_publishes_nothing(partner_client, partner, shop, role):
    confirm(partner_client, card_of(partner, shop))
    members = Member.objects.filter(user=partner.owner)
    members.update(role=role) if role else members.update(user=factories.make_user())
    activity = run()
    assert (activity.state, activity.error) == (Activity.State.FAILED, "not_allowed")
    assert not published()


def test_a_viewer_sees_no_boxes(client, partner, shop):
    card_of(partner, shop)
    viewer = factories.make_user()
    Member.objects.create(partner=partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    page = client.get(reverse("products:list")).content.decode()
    assert 'type="checkbox"' not in page
    assert URL not in page
    assert client.get(URL).status_code == client.post(URL).status_code == 403

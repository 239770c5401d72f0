"""A card is made once, by one worker, of what is true when it is saved."""

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from ai_manager.models import CardJob
from ai_manager.services import card_maker, cards, jobs
from marketplaces.connectors.errors import AuthFailed, Unavailable
from marketplaces.models import Connection
from partners.models import Notification, Partner
from products.models import Card, Listing
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def listing(monkeypatch):
    """On a shop that needs not be asked for its category."""
    monkeypatch.setattr(cards, "_asked_for", lambda listing: [])
    product = factories.make_product(name="Choynak oq 1 l")
    return factories.make_listing(product, factories.make_connection(product.partner))


def later(seconds):
    return time_machine.travel(timezone.now() + timedelta(seconds=seconds))


def broken(*args, **kwargs):
    raise RuntimeError("something of ours")


def test_it_makes_the_card_and_ends(listing, job, reload):
    cards.make_card(job.pk)
    listing.refresh_from_db()
    assert listing.state == Listing.State.REVIEW
    assert reload(job).state == CardJob.State.DONE
    cards.make_card(job.pk)
    assert Card.objects.count() == 1


def test_one_job_waits_for_a_listing(listing, job):
    assert cards.request_card(listing).pk == job.pk
    with pytest.raises(IntegrityError), transaction.atomic():
        CardJob.objects.create(listing=listing, partner=listing.partner, due_at=timezone.now())


def test_one_worker_makes_it(job):
    assert jobs.take(job.pk)
    assert jobs.take(job.pk) is None


def test_what_a_dead_worker_left_is_made_by_the_next(listing, job, reload):
    jobs.take(job.pk)
    cards.make_card(job.pk)
    assert not Card.objects.exists()
    with later(21):
        cards.make_card(job.pk)
    assert Card.objects.get().listing == listing
    assert reload(job).attempts == 2


def test_a_worker_that_comes_back_writes_nothing(listing, job):
    stale = jobs.take(job.pk)
    content = card_maker.make(card_maker.brief_for(listing, []))
    with later(21):
        cards.make_card(job.pk)
        with pytest.raises(jobs.TakenOver):
            cards._save(stale, listing, content)
    assert Card.objects.count() == 1


def test_what_changes_meanwhile_is_in_the_card(listing, job, monkeypatch):
    make = card_maker.make

    def make_and_be_overtaken(brief, **how):
        content = make(brief, **how)
        monkeypatch.setattr(card_maker, "make", make)
        listing.product.name = "Lagan oq"
        listing.product.save()
        cards.request_card(listing)
        return content

    monkeypatch.setattr(card_maker, "make", make_and_be_overtaken)
    cards.make_card(job.pk)
    assert not Card.objects.exists()
    cards.make_card(job.pk)
    assert Card.objects.get().texts["uz"]["title"] == "Lagan oq"


def test_three_tries_and_then_a_person_hears_of_it(listing, job, reload, monkeypatch):
    monkeypatch.setattr(card_maker, "make", broken)
    cards.make_card(job.pk)
    assert reload(job).state == CardJob.State.DUE
    with later(6):
        cards.make_card(job.pk)
    with later(20):
        cards.make_card(job.pk)
        cards.make_card(job.pk)
    failed = reload(job)
    assert (failed.state, failed.attempts) == (CardJob.State.FAILED, 3)
    assert failed.error == "RuntimeError: something of ours"
    assert Notification.objects.get().kind == "card_failed"
    listing.refresh_from_db()
    assert listing.state == Listing.State.NO_CARD
    assert cards.remake(listing=listing).pk != job.pk
    listing.refresh_from_db()
    assert listing.state == Listing.State.WANTED


def test_workers_that_die_in_it_three_times_are_enough(listing, job, reload):
    for number in range(3):
        with later(21 * number):
            assert jobs.take(job.pk)
    with later(63):
        cards.make_card(job.pk)
    assert reload(job).state == CardJob.State.FAILED
    assert Notification.objects.count() == 1


def test_after_a_failure_the_card_before_stands_again(listing, job, monkeypatch):
    cards.make_card(job.pk)
    again = cards.remake(listing=listing)
    listing.refresh_from_db()
    assert listing.state == Listing.State.WANTED
    monkeypatch.setattr(card_maker, "make", broken)
    for number in range(3):
        with later(20 * number):
            cards.make_card(again.pk)
    listing.refresh_from_db()
    assert listing.state == Listing.State.REVIEW


@pytest.mark.parametrize("had_one", [False, True])
def test_a_shop_that_is_gone_leaves_no_listing_waiting(listing, job, reload, had_one):
    if had_one:
        cards.make_card(job.pk)
        job = cards.remake(listing=listing)
    listing.connection.state = "disconnected"
    listing.connection.save()
    cards.make_card(job.pk)
    assert reload(job).state == CardJob.State.FAILED
    listing.refresh_from_db()
    assert listing.state == (Listing.State.REVIEW if had_one else Listing.State.NO_CARD)


def test_the_last_try_asks_no_model(listing, job, settings, monkeypatch):
    settings.OPENAI_API_KEY = "sk-would-break"
    CardJob.objects.update(attempts=2)
    cards.make_card(job.pk)
    assert Card.objects.get().made_by == "rules"


def test_a_marketplace_that_stumbles_is_asked_again_once(listing, job, reload, monkeypatch):
    def unavailable(listing):
        raise Unavailable("502", code="http_502")

    monkeypatch.setattr(cards, "_asked_for", unavailable)
    cards.make_card(job.pk)
    assert not Card.objects.exists()
    assert reload(job).error == "http_502: 502"
    with later(6):
        cards.make_card(job.pk)
    assert Card.objects.get().made_by == "rules"


def test_a_refused_key_does_not_keep_the_texts_from_being_written(listing, job, monkeypatch):
    def refused(listing):
        raise AuthFailed("revoked", code="UNAUTHORIZED")

    monkeypatch.setattr(cards, "_asked_for", refused)
    cards.make_card(job.pk)
    assert Card.objects.exists()


def test_no_card_for_a_shop_that_is_gone(listing, job, reload):
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    cards.make_card(job.pk)
    assert reload(job).state == CardJob.State.FAILED
    assert not Card.objects.exists()


def break_three_times(job, monkeypatch):
    monkeypatch.setattr(card_maker, "make", broken)
    for number in range(3):
        with later(20 * number):
            cards.make_card(job.pk)


def die_three_times(job, monkeypatch):
    for number in range(3):
        with later(21 * number):
            assert jobs.take(job.pk)
    with later(63):
        cards.make_card(job.pk)


def lose_the_shop(job, monkeypatch):
    Connection.objects.update(state=Connection.State.DISCONNECTED)
    cards.make_card(job.pk)
    Connection.objects.update(state=Connection.State.ACTIVE)


@pytest.mark.parametrize("had_one", [False, True])
@pytest.mark.parametrize("end", [break_three_times, die_three_times, lose_the_shop])
def test_however_it_failed_the_card_may_be_asked_for_again(
    listing, job, reload, monkeypatch, end, had_one
):
    make = card_maker.make
    if had_one:
        cards.make_card(job.pk)
        job = cards.remake(listing=listing)
    end(job, monkeypatch)
    assert reload(job).state == CardJob.State.FAILED
    assert reload(job).error
    monkeypatch.setattr(card_maker, "make", make)
    cards.make_card(cards.remake(listing=listing).pk)
    assert Card.objects.count() == had_one + 1
    listing.refresh_from_db()
    assert listing.state == Listing.State.REVIEW


def test_a_blocked_partners_cards_wait(listing, job, reload, django_capture_on_commit_callbacks):
    Partner.objects.update(state=Partner.State.BLOCKED)
    with django_capture_on_commit_callbacks() as woken:
        cards.make_card(job.pk)
        cards.wake_due()
    assert (reload(job).attempts, woken) == (0, [])


def test_the_clock_finds_what_no_message_told_of(job, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as woken:
        cards.wake_due()
    assert len(woken) == 1


def test_one_card_made_wakes_the_next(listing, job, django_capture_on_commit_callbacks):
    cards.request_card(factories.make_listing())
    with django_capture_on_commit_callbacks() as woken:
        cards.make_card(job.pk)
    assert len(woken) == 1


@pytest.mark.django_db(transaction=True)
def test_nothing_is_held_while_others_are_asked(listing, job, monkeypatch):
    make, held = card_maker.make, []

    def watched(*args, **how):
        held.append(connection.in_atomic_block)
        return make(*args, **how)

    monkeypatch.setattr(card_maker, "make", watched)
    cards.make_card(job.pk)
    assert held == [False]


@pytest.mark.django_db(transaction=True)
def test_a_long_thought_keeps_its_lease(listing, job, reload, settings, monkeypatch):
    settings.LEASE_SECONDS = 1
    make, seen = card_maker.make, []

    def slow(*args, **how):
        import time

        for _ in range(6):
            time.sleep(0.4)
            seen.append(reload(job).leased_until > timezone.now())
        return make(*args, **how)

    monkeypatch.setattr(card_maker, "make", slow)
    cards.make_card(job.pk)
    assert seen == [True] * 6
    assert Card.objects.count() == 1

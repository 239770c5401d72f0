"""What waited for the evening comes as one message."""

import pytest
from django.core import mail
from django.utils.module_loading import import_string
from huey.contrib.djhuey import HUEY

from partners.models import Delivery
from partners.services import choices, deliveries, digests
from tests import factories
from tests.at_once import twice_at_once
from tests.partners.telling import at, due_of, tell

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def english(partner):
    partner.owner.language = "en"
    partner.owner.save()


@pytest.fixture
def evening(django_capture_on_commit_callbacks):
    """What the worker does when its clock strikes."""

    def strike():
        HUEY.flush()
        with django_capture_on_commit_callbacks(execute=True):
            digests.wake_due()
        while task := HUEY.dequeue():
            path, *args = task.args
            import_string(path)(*args)

    return strike


def test_a_day_s_news_is_one_letter(partner, evening):
    with at("12:00"):
        tell(partner, "listing_error", 1)
        tell(partner, "listing_error", 2)
    with at("20:59"):
        evening()
        assert mail.outbox == []
    with at("21:00"):
        evening()
        evening()
    (letter,) = mail.outbox
    assert letter.subject == "SellerCloudX: 2 pieces of news today"
    assert letter.body.count("Yulduz refused a card") == 2
    assert set(Delivery.objects.values_list("state", flat=True)) == {"sent"}


def test_each_person_reads_their_own(partner, evening):
    other = factories.make_partner(user=factories.make_user(language="ru"))
    with at("12:00"):
        tell(partner, "listing_error")
        tell(other, "listing_error")
    with at("21:00"):
        evening()
    assert sorted(letter.to for letter in mail.outbox) == sorted(
        [[partner.owner.email], [other.owner.email]]
    )
    (russian,) = [letter for letter in mail.outbox if letter.to == [other.owner.email]]
    assert russian.subject == "SellerCloudX: сегодня 1 новость"


def test_nothing_to_tell_is_no_letter(partner, evening):
    with at("21:00"):
        evening()
    assert mail.outbox == []


def test_a_failure_is_tried_again_and_then_left_to_staff(partner, monkeypatch, staff_client):
    def refuse(self):
        raise ValueError("no such box boss@example.uz")

    monkeypatch.setattr(mail.EmailMessage, "send", refuse)
    with at("12:00"):
        tell(partner, "listing_error")
    for _ in range(len(deliveries.PAUSES) + 1):
        Delivery.objects.update(due_at="2026-11-25T16:00:00Z")
        assert not digests.send(partner.owner.pk, "email")
    delivery = Delivery.objects.get()
    assert delivery.state == "failed"
    assert "boss@example.uz" not in delivery.error
    assert list(staff_client.get("/admin-panel/").context["undelivered"]) == [delivery]


def test_where_mail_was_turned_off_meanwhile_nothing_waits_for_ever(partner, settings):
    with at("12:00"):
        tell(partner, "listing_error")
    settings.IS_MAIL_ON = False
    with at("21:00"):
        assert not digests.send(partner.owner.pk, "email")
    assert Delivery.objects.get().state == "off"


def test_a_worker_that_died_leaves_it_to_the_next(partner, monkeypatch):
    class Killed(BaseException):
        pass

    def die(self):
        raise Killed

    with at("12:00"):
        tell(partner, "listing_error")
    monkeypatch.setattr(mail.EmailMessage, "send", die)
    with at("21:00"), pytest.raises(Killed):
        digests.send(partner.owner.pk, "email")
    monkeypatch.undo()
    with at("21:00:30"):
        assert not digests.send(partner.owner.pk, "email")
    with at("21:01:01"):
        assert digests.send(partner.owner.pk, "email")
    assert len(mail.outbox) == 1


def test_the_evening_letter_is_turned_off_as_a_whole(partner):
    choices.turn_off_digest(user=partner.owner, channel="email")
    with at("12:00"):
        tell(partner, "listing_error")
        tell(partner, "sync_trouble")
    assert [state for state, _ in due_of(partner.owner)] == ["due"]


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one_letter():
    for _ in range(5):
        other = factories.make_partner()
        with at("12:00"):
            tell(other, "listing_error")
        with at("21:00"):
            came = twice_at_once(lambda pk=other.owner.pk: digests.send(pk, "email"))
        assert sorted(came) == [False, True]

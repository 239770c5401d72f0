import smtplib
import socket
import threading
from datetime import timedelta

import pytest
import time_machine
from django.core import mail
from django.core.cache import caches
from django.db import connections
from django.utils import timezone

from partners.models import Delivery, Notification
from partners.services import deliveries, notices
from sellercloudx import checks
from tests import factories

pytestmark = pytest.mark.django_db
State = Delivery.State


@pytest.fixture
def due(partner) -> Delivery:
    return make_due(partner)


def make_due(partner, language="en", **data) -> Delivery:
    partner.owner.language = language
    partner.owner.save()
    notices.notify_partner(
        partner,
        kind="rejected",
        data={"company": "Yulduz", "reason": "no <such> number\nat all"} | data,
        url="/partner-registration/waiting",
        dedupe=f"{timezone.now()}",
    )
    return Delivery.objects.latest("pk")


def again(delivery) -> Delivery:
    """The next attempt, when its time has come."""
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now())
    caches["guard"].clear()
    deliveries.send_due("email")
    delivery.refresh_from_db()
    return delivery


def test_it_is_plain_words_with_a_link(due, settings):
    settings.PUBLIC_URL = "https://sellercloudx.uz"
    assert deliveries.send_due("email") == 1
    (letter,) = mail.outbox
    assert letter.subject == "Your application is rejected"
    assert "no <such> number" in letter.body
    assert "https://sellercloudx.uz/partner-registration/waiting" in letter.body
    due.refresh_from_db()
    assert due.state == State.SENT


def test_a_subject_stays_one_line():
    staff = factories.make_staff(language="en")
    notices.notify_staff(
        kind="partner_registered",
        data={"company": "a\r\nBcc: b@example.uz", "person": "-", "tax_id": "-"},
        url="",
        dedupe="x",
    )
    assert deliveries.send_due("email") == 1
    (letter,) = mail.outbox
    assert letter.subject == "New application: a Bcc: b@example.uz"
    assert letter.recipients() == [staff.email]


def test_who_has_no_email_is_told_in_the_app_only():
    partner = factories.make_partner(user=factories.make_user(email=None))
    with pytest.raises(Delivery.DoesNotExist):
        make_due(partner)
    assert Notification.objects.filter(user=partner.owner).exists()
    assert deliveries.send_due("email") == 0


def test_nothing_is_sent_twice(due):
    assert [deliveries.send_due("email") for _ in range(3)] == [1, 0, 0]


class Broken:
    """A mail server that does not answer; what a socket does then, done by a real one."""

    def __init__(self, settings):
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port


def test_a_failure_is_kept_and_tried_again_later(due, settings):
    Broken(settings)
    assert deliveries.send_due("email") == 0
    due.refresh_from_db()
    assert (due.state, due.attempts) == (State.DUE, 1)
    assert "ConnectionRefusedError" in due.error
    assert due.due_at > timezone.now() + timedelta(seconds=30)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert deliveries.send_due("email") == 0
    assert again(due).state == State.SENT
    assert len(mail.outbox) == 1


def test_after_the_last_pause_it_is_left_to_staff(due, settings, staff_client):
    Broken(settings)
    for _ in range(len(deliveries.PAUSES) + 1):
        again(due)
    assert due.state == State.FAILED
    assert again(due).attempts == len(deliveries.PAUSES) + 1
    page = staff_client.get("/admin-panel/")
    assert list(page.context["undelivered"]) == [due]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert staff_client.post(f"/admin-panel/deliveries/{due.pk}/again/").status_code == 302
    assert deliveries.send_due("email") == 1


def test_a_mail_that_did_not_fail_is_not_promised_again(due, staff_client):
    staff_client.cookies["django_language"] = "en"
    page = staff_client.post(f"/admin-panel/deliveries/{due.pk}/again/", follow=True)
    said = [str(message) for message in page.context["messages"]]
    assert said == ["Nothing to try: the message is on its way or has arrived."]


def test_an_error_names_no_address(due, monkeypatch):
    error = smtplib.SMTPRecipientsRefused({"boss@example.uz": (550, b"no such user")})
    monkeypatch.setattr(mail.EmailMessage, "send", lambda self: (_ for _ in ()).throw(error))
    deliveries.send_due("email")
    due.refresh_from_db()
    assert "boss@example.uz" not in due.error


class Killed(BaseException):
    pass


@pytest.fixture
def deadly(monkeypatch):
    """Whoever sends is killed in the middle."""

    def die(self):
        raise Killed

    monkeypatch.setattr(mail.EmailMessage, "send", die)
    return monkeypatch


def after_the_lease():
    return time_machine.travel(timezone.now() + deliveries.LEASE + timedelta(seconds=1))


def test_what_a_worker_died_over_is_sent_once_its_lease_is_over(due, deadly):
    with pytest.raises(Killed):
        deliveries.send_due("email")
    deadly.undo()
    assert deliveries.send_due("email") == 0
    with after_the_lease():
        assert deliveries.send_due("email") == 1
    due.refresh_from_db()
    assert (due.state, due.attempts) == (State.SENT, 2)


def test_what_kills_every_worker_is_left_to_staff(due, deadly):
    for _ in range(len(deliveries.PAUSES) + 1):
        Delivery.objects.update(due_at=timezone.now())
        with pytest.raises(Killed):
            deliveries.send_due("email")
    with after_the_lease():
        assert deliveries.send_due("email") == 0
    due.refresh_from_db()
    assert (due.state, due.error) == (State.FAILED, "interrupted while sending")


def test_a_late_failure_does_not_undo_what_another_has_sent(due, deadly):
    """The lease of a slow one ran out, and somebody else has sent it."""

    def sent_by_another(self):
        Delivery.objects.update(state=State.SENT)
        raise ConnectionResetError

    deadly.setattr(mail.EmailMessage, "send", sent_by_another)
    deliveries.send_due("email")
    due.refresh_from_db()
    assert due.state == State.SENT


def test_a_server_that_does_not_answer_is_tried_with_one_message_and_left_alone(partner, settings):
    for _ in range(5):
        make_due(partner)
    Broken(settings)
    assert [deliveries.send_due("email") for _ in range(3)] == [0, 0, 0]
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 0, 0, 0, 1]


def test_only_staff_with_the_right_send_again(partner_client, due):
    assert partner_client.post(f"/admin-panel/deliveries/{due.pk}/again/").status_code == 403


def test_get_sends_nothing_again(staff_client, due):
    assert staff_client.get(f"/admin-panel/deliveries/{due.pk}/again/").status_code == 405
    assert staff_client.post("/admin-panel/deliveries/999999/again/").status_code == 404


@pytest.mark.django_db(transaction=True)
def test_workers_at_the_same_moment_send_each_mail_once(partner):
    for _ in range(20):
        make_due(partner)
    barrier, sent = threading.Barrier(4), []

    def work():
        barrier.wait()
        try:
            sent.append(deliveries.send_due("email"))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(sent) == len(mail.outbox) == 20


def test_where_mail_is_off_it_is_marked_so_and_never_sent_later(partner, settings):
    settings.IS_MAIL_ON = False
    notice = make_due(partner)
    assert notice.state == State.OFF
    settings.IS_MAIL_ON = True
    assert deliveries.send_due("email") == 0
    assert mail.outbox == []


def test_what_was_due_when_mail_was_turned_off_is_not_counted_as_sent(due, settings):
    settings.IS_MAIL_ON = False
    assert deliveries.send_due("email") == 0
    due.refresh_from_db()
    assert due.state == State.OFF


def test_the_staff_reads_on_their_first_page_that_mail_is_off(staff_client, settings):
    staff_client.cookies["django_language"] = "en"
    assert "Set EMAIL_URL to send it" not in staff_client.get("/admin-panel/").content.decode()
    settings.IS_MAIL_ON = False
    assert "Set EMAIL_URL to send it" in staff_client.get("/admin-panel/").content.decode()


def test_the_operator_is_warned_at_every_deploy(settings):
    settings.IS_MAIL_ON = False
    assert [warning.id for warning in checks.mail(None)] == ["sellercloudx.W003"]
    settings.IS_MAIL_ON = True
    assert checks.mail(None) == []

"""Each letter can be stopped by its link alone."""

import re

import pytest
from django.core import mail
from django.test import Client

from partners import unsubscribe_links
from partners.models import NoticeChoice
from partners.services import deliveries, digests
from tests import factories
from tests.partners.telling import at, due_of, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def visitor():
    """Without a login, and without a cookie to prove anything by."""
    return Client(enforce_csrf_checks=True)


def stop_link(letter) -> str:
    link = re.search(r"http://127.0.0.1:3000(/unsubscribe/\S+)", letter.body)[1]
    header = letter.extra_headers
    assert header["List-Unsubscribe"] == f"<http://127.0.0.1:3000{link}>"
    assert header["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    return link


@pytest.fixture
def link(partner):
    tell(partner, "sync_trouble")
    deliveries.send_due("email")
    return stop_link(mail.outbox[-1])


def test_opening_it_asks_and_changes_nothing(visitor, link):
    page = visitor.get(link, headers={"Accept-Language": "en"})
    assert "Trouble with a marketplace" in page.content.decode()
    assert not NoticeChoice.objects.exists()


def test_a_mail_program_presses_for_its_reader(visitor, link, partner):
    for _ in range(2):
        answer = visitor.post(link, {"List-Unsubscribe": "One-Click"})
        assert answer.status_code == 200
    (kept,) = NoticeChoice.objects.all()
    assert (kept.user, kept.topic, kept.mode) == (partner.owner, "sync_trouble", "off")
    tell(partner, "sync_trouble", 2)
    assert deliveries.send_due("email") == 0
    assert partner.owner.notifications.count() == 2


def test_the_evening_letter_has_one_for_all_of_it(visitor, partner):
    with at("12:00"):
        tell(partner, "listing_error")
    with at("21:00"):
        digests.send(partner.owner.pk, "email")
    visitor.post(stop_link(mail.outbox[-1]))
    tell(partner, "listing_error", 2)
    assert [state for state, _ in due_of(partner.owner)] == ["sent"]


def test_letters_of_security_have_none(partner):
    tell(partner, "account")
    deliveries.send_due("email")
    (letter,) = mail.outbox
    assert "/unsubscribe/" not in letter.body
    assert letter.extra_headers == {}


@pytest.mark.parametrize("change", [lambda link: link[:-3] + "x/", lambda link: link[:40] + "/"])
def test_a_link_that_is_not_ours_does_nothing(visitor, link, change):
    for method in ("get", "post"):
        assert getattr(visitor, method)(change(link)).status_code == 404
    assert not NoticeChoice.objects.exists()


def test_nobody_is_turned_off_by_a_link_of_somebody_else(visitor, link):
    other = factories.make_partner()
    visitor.post(link)
    assert not NoticeChoice.objects.filter(user=other.owner).exists()


def test_a_reader_who_is_gone_is_no_error(visitor):
    user = factories.make_user()
    link = unsubscribe_links.url_for(user, "chat").removeprefix("http://127.0.0.1:3000")
    user.delete()
    assert visitor.post(link).status_code == 404

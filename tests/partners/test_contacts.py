"""A person changes their own phone and email; a new address holds once its link is opened."""

import re

import pytest
from django.utils.module_loading import import_string
from huey.contrib.djhuey import HUEY

from partners.models import AuditLog, Delivery, Notification
from partners.services import deliveries
from tests import factories

pytestmark = pytest.mark.django_db
PAGE = "/partner-dashboard/settings/contacts/"


@pytest.fixture(autouse=True)
def theirs(partner, partner_client):
    owner = partner.owner
    owner.language, owner.email, owner.phone = "en", "old@example.uz", "+998901234567"
    owner.save()
    partner_client.cookies["django_language"] = "en"


def typed(**changes) -> dict:
    own = {"phone": "+998 90 123 45 67", "email": "old@example.uz"}
    return own | {"password": factories.PASSWORD} | changes


def letter_to_the_new_address(mailoutbox):
    while task := HUEY.dequeue():
        path, *args = task.args
        if path == "partners.services.contacts.send_link":
            import_string(path)(*args)
    (letter,) = mailoutbox
    return letter


def test_a_new_address_holds_once_its_link_is_opened(
    partner_client, client, partner, mailoutbox, django_capture_on_commit_callbacks
):
    HUEY.flush()
    with django_capture_on_commit_callbacks(execute=True):
        page = partner_client.post(PAGE, typed(email="New@example.uz"), follow=True)
    assert "We have sent a letter to new@example.uz" in page.content.decode()
    partner.owner.refresh_from_db()
    assert partner.owner.email == "old@example.uz"
    letter = letter_to_the_new_address(mailoutbox)
    assert letter.to == ["new@example.uz"]
    link = re.search(r"(/confirm-email/\S+)", letter.body)[1]
    # Whoever only looks changes nothing.
    assert "new@example.uz" in client.get(link).content.decode()
    partner.owner.refresh_from_db()
    assert partner.owner.email == "old@example.uz"
    assert client.post(link).status_code == 200
    partner.owner.refresh_from_db()
    assert partner.owner.email == "new@example.uz"
    # It worked once, the session goes on, and the old address hears of it.
    assert client.post(link).status_code == 410
    assert partner_client.get(PAGE).status_code == 200
    entry = AuditLog.objects.get(action="CONTACTS_CHANGED")
    assert (entry.before["email"], entry.after["email"]) == ("old@example.uz", "new@example.uz")
    mailoutbox.clear()
    Delivery.objects.exclude(notification__kind="contacts_changed").delete()
    assert deliveries.send_due("email") == 1
    assert mailoutbox[0].to == ["old@example.uz"]


def test_a_phone_and_the_lack_of_an_address_hold_at_once(partner_client, partner):
    assert partner_client.post(PAGE, typed(phone="90 765 43 21", email="")).status_code == 302
    partner.owner.refresh_from_db()
    assert (partner.owner.phone, partner.owner.email) == ("+998907654321", None)
    assert "907654321" in partner.owner.folded
    told = Notification.objects.get(kind="contacts_changed")
    assert told.data["to"] == "old@example.uz"


def test_what_does_not_hold_is_said_and_changes_nothing(partner_client, partner):
    other = factories.make_user(email="theirs@example.uz")
    refused = {
        "password": typed(phone="90 765 43 21", password="x"),
        "email": typed(email="theirs@example.uz"),
        "phone": typed(phone=other.phone),
        "__all__": typed(phone="", email=""),
    }
    for field, sent in refused.items():
        page = partner_client.post(PAGE, sent)
        assert page.status_code == 422, field
        assert list(page.context["form"].errors) == [field]
    assert not AuditLog.objects.filter(action="CONTACTS_CHANGED").exists()


def test_a_forged_link_changes_nothing(client):
    assert client.post("/confirm-email/x:y:z").status_code == 410


def test_without_an_address_letters_cannot_be_chosen(partner_client, partner):
    partner.owner.email = None
    partner.owner.save()
    page = partner_client.get("/partner-dashboard/settings/notifications/").content.decode()
    assert PAGE in page
    selects = re.findall(r"<select[^>]*name=\"[a-z_]+-email\"[^>]*>", page)
    assert selects and all("disabled" in one for one in selects)

"""Our people's notes about a partner: only added to, and never before the partner's eyes."""

import uuid

import pytest
from django.db import DatabaseError, connection, transaction

from partners.models import AuditLog, PartnerNote
from partners.models.append_only import HistoryIsKept
from partners.services import notes
from tests import factories, marked
from tests.test_query_counts import know_the_category
from tests.test_tenants_apart import pages_of

pytestmark = pytest.mark.django_db
SECRET = "maxfiy-kanareyka"


def write(client, partner, text=SECRET, client_id=None):
    typed = {"text": text, "client_id": client_id or uuid.uuid4()}
    return client.post(f"/admin-panel/partners/{partner.pk}/notes/add/", typed)


def test_it_stands_on_the_partners_page_with_who_and_when(staff_client, staff, partner):
    answer = write(staff_client, partner, "Qoʻngʻiroq qildim\n<b>javob</b> yoʻq")
    page = staff_client.get(answer["Location"]).content.decode()
    assert "Qoʻngʻiroq qildim<br>&lt;b&gt;javob&lt;/b&gt; yoʻq" in page
    note = PartnerNote.objects.get()
    assert (note.author, note.partner) == (staff, partner)
    assert str(staff) in page


def test_the_same_form_sent_twice_is_one_note(staff_client, partner):
    same = uuid.uuid4()
    write(staff_client, partner, client_id=same)
    write(staff_client, partner, client_id=same)
    assert PartnerNote.objects.count() == AuditLog.objects.count() == 1


@pytest.mark.parametrize("text", ["", "  \n ", "\u200b\u202e", "x" * 4001])
def test_what_says_nothing_or_too_much_is_refused_and_kept_in_the_field(
    staff_client, partner, text
):
    page = write(staff_client, partner, text)
    assert (page.status_code, list(page.context["form"].errors)) == (422, ["text"])
    assert page.context["form"]["text"].value() == text
    assert not PartnerNote.objects.exists()


def test_a_made_up_number_of_the_form_is_refused(staff_client, partner):
    assert write(staff_client, partner, client_id="nonsense").status_code == 422


def test_the_rest_is_read_page_by_page(staff_client, staff, partner):
    for number in range(60):
        notes.add(partner=partner, by=staff, text=f"eslatma {number}", client_id=uuid.uuid4())
    url = f"/admin-panel/partners/{partner.pk}/notes/"
    page = staff_client.get(url).context["page"]
    older = staff_client.get(url, {"before": page.before}).context["page"]
    assert [len(page.rows), len(older.rows)] == [50, 10]
    assert page.rows[0].text == "eslatma 59"


def test_it_is_never_changed_nor_removed(staff, partner):
    note = notes.add(partner=partner, by=staff, text="x", client_id=uuid.uuid4())
    for change in (note.delete, note.save, PartnerNote.objects.all().delete):
        with pytest.raises(HistoryIsKept):
            change()
    if connection.vendor == "postgresql":
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("DELETE FROM partner_notes")


def test_the_partner_finds_it_nowhere(client, staff_client, caplog):
    know_the_category()
    shop = marked.shop(lambda most: "kanareyka")
    write(staff_client, shop.partner)
    assert PartnerNote.objects.count() == 1
    pages = pages_of(client, shop)
    assert [name for name, page in pages.items() if SECRET in page] == []
    assert not AuditLog.objects.filter(partner=shop.partner, action="PARTNER_NOTE_ADDED").exists()
    assert SECRET not in caplog.text + marked.letters_to(shop.partner)


@pytest.mark.parametrize(
    ("group", "may"),
    [("support", True), ("moderator", True), ("finance", True), ("ai_operator", False)],
)
def test_who_may_write_one(client, partner, group, may):
    client.force_login(factories.make_colleague(group))
    assert (write(client, partner).status_code == 302) == may
    assert PartnerNote.objects.exists() == may
    has_notes = "notes" in client.get(f"/admin-panel/partners/{partner.pk}/").context
    assert has_notes == may

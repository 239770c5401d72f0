"""The Inbox as its two readers meet it: nothing is said twice or elsewhere, nothing is lost."""

import pytest

from marketplaces.models import Operation
from orders.inbox_forms import token_for
from orders.models import Conversation, ConversationNote, ReplyTemplate
from partners.models import Member
from tests import factories
from tests.orders.talking import chat, heard, message

pytestmark = pytest.mark.django_db
INBOX = "/partner-dashboard/inbox/"


def form_of(conversation, user, text="Ertaga"):
    number = "0b5ad9a2-6d0f-4c47-a0b1-0d5a8bb0c001"
    return {"text": text, "client_id": number, "token": token_for(conversation, user)}


@pytest.fixture
def found(talking):
    return heard(talking, chat(message("1", "<script>alert(1)</script> Qachon?"), sku="SKU-1"))


def test_the_list_is_filtered_searched_and_harmless(partner_client, partner, talking, found):
    heard(talking, chat(message("1", "Boshqa gap"), number="701", buyer_name="Jasur"))
    heard(talking, chat(message("1", "Rahmat"), number="702", needs_answer=False))
    page = partner_client.get(INBOX).content.decode()
    assert "&lt;script&gt;" in page and "<script>alert" not in page and "Rahmat" not in page
    for query, shown, hidden in (
        ("?show=all", "Rahmat", "zzz"),
        ("?show=mine", "form", "Rahmat"),
        ("?q=jasur", "Boshqa gap", "Qachon"),
        ("?q=бошқа", "Boshqa gap", "Qachon"),
        ("?kind=review", 'value="review" selected', "Qachon"),
        ("?kind=nonsense&shop=x&after=%00&before=9-9-9", "Qachon", "zzz"),
    ):
        page = partner_client.get(INBOX + query).content.decode()
        assert shown in page and hidden not in page, query
    assert partner_client.get(INBOX + "9999999999999999999/").status_code == 404


def test_two_people_at_once(partner_client, client, partner, found):
    owner, other = partner.owner, factories.make_user(first_name="Bobur")
    Member.objects.create(partner=partner, user=other, role=Member.Role.OPERATOR)
    url = f"{INBOX}{found.pk}/"
    partner_client.get(url)
    mine = form_of(found, owner, "Mening javobim")
    client.force_login(other)
    assert "Aziza Karimova" in client.get(url).content.decode()
    assert client.post(url, form_of(found, other)).status_code == 302
    client.force_login(owner)
    refused = client.post(url, mine)
    page = refused.content.decode()
    assert refused.status_code == 422 and "Bobur" in page and "Mening javobim" in page
    assert Operation.objects.count() == 1
    # Having read it, they may say it all the same.
    found.refresh_from_db()
    assert client.post(url, form_of(found, owner, "Mening javobim")).status_code == 302
    assert Operation.objects.count() == 2


def test_a_form_answers_only_its_own_conversation(partner_client, partner, talking, found):
    other = heard(talking, chat(number="701"))
    stranger = factories.make_user()
    forged = {**form_of(found, partner.owner), "token": "x"}
    for form in (form_of(other, partner.owner), form_of(found, stranger), forged):
        refused = partner_client.post(f"{INBOX}{found.pk}/", form)
        assert refused.status_code == 422 and "Ertaga" in refused.content.decode()
    assert not Operation.objects.exists()


def test_bad_input_is_refused_and_kept(partner_client, partner, found):
    url = f"{INBOX}{found.pk}/"
    for text in ("x" * 10_000, "x" * 30_000):
        refused = partner_client.post(url, form_of(found, partner.owner, text))
        assert refused.status_code == 422 and text in refused.content.decode()
    for text in ("", " \u200b\u202e "):
        assert partner_client.post(url, form_of(found, partner.owner, text)).status_code == 422
    bad = {"text": "Salom", "client_id": "no", "token": ""}
    assert partner_client.post(url, bad).status_code == 422
    assert not Operation.objects.exists()


def test_who_may_only_look_sees_no_name_and_sends_nothing(client, partner, found):
    viewer = factories.make_user()
    Member.objects.create(partner=partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    url = f"{INBOX}{found.pk}/"
    page = client.get(url).content.decode()
    assert "Nodira" not in page and "Nodira" not in client.get(INBOX).content.decode()
    assert client.post(url, form_of(found, viewer)).status_code == 403
    assert client.post(url + "note/", {"note": "a"}).status_code == 403
    assert not Operation.objects.exists()


def test_notes_answerers_and_ready_answers(partner_client, partner, found):
    url = f"{INBOX}{found.pk}/"
    note = {"note": "Chegirma bermang", "client_id": form_of(found, partner.owner)["client_id"]}
    for _ in range(2):
        assert partner_client.post(url + "note/", note).status_code == 302
    assert ConversationNote.objects.count() == 1 and not Operation.objects.exists()
    assert partner_client.post(url + "assign/", {"assigned": "999"}).status_code == 302
    partner_client.post(url + "assign/", {"assigned": str(partner.owner.pk)})
    found.refresh_from_db()
    assert found.assigned == partner.owner
    answers = INBOX + "answers/"
    sent = {"title": "Muddat", "text": "Ertaga yuboramiz."}
    assert partner_client.post(answers, sent).status_code == 302
    assert partner_client.post(answers, sent).status_code == 422
    one = ReplyTemplate.objects.get()
    assert "Ertaga yuboramiz." in partner_client.get(f"{url}?answer={one.pk}").content.decode()
    assert partner_client.post(f"{answers}{one.pk}/", {"remove": "1"}).status_code == 302
    assert partner_client.post(url + "no-answer/").status_code == 302
    assert not Conversation.objects.filter(waits_since__isnull=False).exists()

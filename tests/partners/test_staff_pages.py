import pytest

from partners import audit
from partners.models import Partner
from sellercloudx.lib import formats
from tests import factories

pytestmark = pytest.mark.django_db
LIST = "/admin-panel/partners/"
HOME = "/admin-panel/"
AUDIT = "/admin-panel/audit/"


def shown(client, **params) -> list[Partner]:
    return client.get(LIST, params).context["page"].rows


def make(name="Yulduz", first="Aziza", last="Karimova", **fields):
    user = factories.make_user(first_name=first, last_name=last)
    return factories.make_partner(company_name=name, user=user, **fields)


class TestSearch:
    @pytest.mark.parametrize(
        "words", ["Oʻzbek", "o'zbek", "O’ZBEK", "uzbek", "ўзбек", "oʼzbek gul"]
    )
    def test_any_apostrophe_and_either_script(self, staff_client, words):
        wanted = make("«Oʻzbekiston gullari» MChJ")
        make("Guliston savdo")
        assert shown(staff_client, q=words) == ([wanted] if words != "uzbek" else [])

    def test_the_person_in_either_script(self, staff_client):
        wanted = make(first="Ғулом", last="Каримов")
        make(first="Olim", last="Karimov")
        assert shown(staff_client, q="g'ulom karimov") == [wanted]

    def test_a_phone_with_any_spaces(self, staff_client):
        wanted = make()
        make()
        phone = wanted.owner.phone
        typed = f"{phone[:4]} ({phone[4:6]}) {phone[6:9]}-{phone[9:11]}-{phone[11:]}"
        assert shown(staff_client, q=typed) == [wanted]
        assert shown(staff_client, q=phone[4:]) == [wanted]

    def test_a_tax_number_or_a_part_of_it(self, staff_client):
        wanted = make(tax_id="987654321")
        make(tax_id="123123123")
        assert shown(staff_client, q="987 654 321") == shown(staff_client, q="98765") == [wanted]

    @pytest.mark.parametrize("q", ["' OR 1=1 --", "%", "_", "🙂", "x" * 5000, "1" + "0" * 30])
    def test_nonsense_finds_nobody(self, staff_client, q):
        make()
        assert shown(staff_client, q=q) == []

    def test_what_was_searched_for_comes_back_escaped(self, staff_client):
        page = staff_client.get(LIST, {"q": '"><script>x</script>'}).content.decode()
        assert "<script>x" not in page


class TestList:
    def test_tabs_count_each_state(self, staff_client):
        for state in ("pending", "pending", "blocked"):
            make(state=state)
        tabs = staff_client.get(LIST).context["tabs"]
        counts = {tab["value"]: tab["count"] for tab in tabs}
        others = {"approved": 0, "rejected": 0, "deactivated": 0}
        assert counts == {"": 3, "pending": 2, "blocked": 1} | others
        assert len(shown(staff_client, state="pending")) == 2
        assert len(shown(staff_client, state="nonsense")) == 3

    def test_as_many_queries_for_two_as_for_sixty(self, staff_client, django_assert_num_queries):
        for number in range(60):
            make(f"Yulduz {number}", state="pending")
        with django_assert_num_queries(5):
            page = staff_client.get(LIST, {"state": "pending"}).context["page"]
        assert len(page.rows) == 50
        assert len(shown(staff_client, before=page.before)) == 10
        Partner.objects.filter(pk__lt=page.rows[1].pk).update(state="approved")
        with django_assert_num_queries(5):
            staff_client.get(LIST, {"state": "pending"})

    @pytest.mark.parametrize("param", ["before", "after"])
    @pytest.mark.parametrize("value", ["x", "-1", "1" + "0" * 30, "٣", "' OR 1"])
    def test_a_made_up_place_is_ignored(self, staff_client, param, value):
        make()
        assert len(shown(staff_client, **{param: value})) == 1


def test_the_whole_application_is_on_one_page(staff_client, django_assert_max_num_queries):
    inviting = make("Taklif")
    partner = make(
        "<b>Oʻrik</b>",
        state="pending",
        tax_id="31234567890123",
        legal_form="individual",
        referred_by_code=inviting.referral_code,
    )
    factories.make_connection(partner)
    audit.record("PARTNER_REGISTERED", partner=partner, actor=partner.owner, after={"a": "<i>"})
    with django_assert_max_num_queries(8):
        page = staff_client.get(f"{LIST}{partner.pk}/").content.decode()
    for words in (
        "&lt;b&gt;Oʻrik&lt;/b&gt;",
        "31234567890123",
        "Taklif",
        partner.referral_code,
        formats.phone(partner.owner.phone),
        partner.owner.email,
        "Roʻyxatdan oʻtish",
        "&lt;i&gt;",
    ):
        assert words in page


def test_audit_is_filtered_by_action_and_partner(staff_client):
    partner, other = make(), make()
    for action, of in [("LOGIN_FAILED", None), ("LOGOUT", partner), ("LOGOUT", other)]:
        audit.record(action, partner=of)

    def found(**params):
        rows = staff_client.get(AUDIT, params).context["page"].rows
        return [(row.action, row.partner) for row in rows]

    assert found(action="LOGOUT", partner=partner.pk) == [("LOGOUT", partner)]
    assert len(found(action="LOGOUT")) == 2
    assert len(found()) == 3
    for nonsense in ("x", "-1", "1" + "0" * 30):
        assert len(found(partner=nonsense)) == 3


@pytest.mark.parametrize("path", [HOME, LIST, AUDIT])
class TestWhoMayLook:
    def test_staff_may(self, staff_client, path):
        assert staff_client.get(path).status_code == 200

    def test_partners_may_not(self, partner_client, path):
        assert partner_client.get(path).status_code == 403

    def test_staff_without_the_right_may_not(self, client, path):
        client.force_login(factories.make_staff(is_superuser=False))
        assert client.get(path).status_code == 403

    def test_strangers_are_asked_to_log_in(self, client, path):
        assert client.get(path)["Location"].startswith("/login?next=")

    def test_it_is_read_only(self, staff_client, path):
        assert staff_client.post(path).status_code == 405

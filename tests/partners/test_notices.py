import pytest
from django.utils import translation

from partners.models import Notification
from partners.services import notices
from partners.services.notice_kinds import KINDS
from tests import factories

pytestmark = pytest.mark.django_db
PATH = "/partner-dashboard/notifications/"


def tell(partner, number=1, **changes):
    given = {
        "kind": "key_refused",
        "data": {"shop": "Yulduz", "reason": f"<b>{number}</b> 100%"},
        "url": "/partner-dashboard/marketplaces/1/",
        "dedupe": f"n:{number}",
    }
    notices.notify_partner(partner, **(given | changes))


def test_the_same_thing_is_told_once(partner):
    tell(partner)
    tell(partner)
    assert Notification.objects.count() == 1


def test_a_mistake_of_ours_is_found_when_it_is_written(partner):
    with pytest.raises(KeyError):
        tell(partner, kind="unheard_of")
    with pytest.raises(KeyError):
        tell(partner, data={"shop": "Yulduz"})


def test_people_who_left_are_not_told(partner):
    partner.owner.is_active = False
    partner.owner.save()
    tell(partner)
    assert not Notification.objects.exists()


class Places(dict):
    """Answers every place in a sentence, and remembers which were asked for."""

    def __missing__(self, name):
        self[name] = f"[{name}]"
        return self[name]


def places(kind, language) -> set[str]:
    asked = Places()
    with translation.override(language):
        title, text = KINDS[kind].worded(asked)
    assert title
    assert text
    return set(asked)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_can_be_worded_in_every_language(kind):
    assert KINDS[kind].tone in ("ok", "warn", "bad", "info", "hold", "mute")
    assert places(kind, "uz") <= places(kind, "en")
    assert places(kind, "ru") <= places(kind, "en")


@pytest.mark.parametrize("language", ["uz", "ru", "en"])
@pytest.mark.parametrize(
    ("goods", "ends"),
    [("2 × Piyola 6 шт.", "6 шт. "), ("2 × Piyola", "Piyola. "), ("1 × Bor?", "Bor? ")],
)
def test_a_name_with_a_stop_of_its_own_ends_its_sentence(goods, ends, language):
    data = {"goods": goods, "total": "1 000", "currency": "UZS", "shop": "Y", "number": "1"}
    with translation.override(language):
        _title, text = KINDS["new_order"].worded(data)
    assert ends in text and ".." not in text


class TestList:
    def test_it_shows_one_s_own_newest_first(self, partner_client, partner):
        tell(partner, 1)
        tell(partner, 2)
        tell(factories.make_partner(), 3)
        page = partner_client.get(PATH)
        shown = [notice.data["reason"] for notice in page.context["page"].rows]
        assert shown == ["<b>2</b> 100%", "<b>1</b> 100%"]
        assert "&lt;b&gt;2&lt;/b&gt; 100%" in page.content.decode()

    def test_reading_all_leaves_what_came_meanwhile(self, partner_client, partner):
        tell(partner, 1)
        shown = Notification.objects.get().pk
        tell(partner, 2)
        tell(factories.make_partner(), 3)
        assert partner_client.post(PATH, {"up_to": shown})["Location"] == PATH
        assert Notification.objects.filter(read_at=None).count() == 2

    @pytest.mark.parametrize("up_to", ["", "x", "1" + "0" * 30, "-1", "٣"])
    def test_nonsense_marks_nothing(self, partner_client, partner, up_to):
        tell(partner)
        assert partner_client.post(PATH, {"up_to": up_to}).status_code == 302
        assert Notification.objects.filter(read_at=None).exists()

    def test_the_unread_are_counted_in_the_head(self, partner_client, partner):
        tell(partner)
        assert partner_client.get(PATH).context["unread"] == 1

    def test_nothing_yet_says_so(self, partner_client):
        assert partner_client.get(PATH).status_code == 200

    def test_long_lists_have_pages(self, partner_client, partner, django_assert_num_queries):
        for number in range(120):
            tell(partner, number)
        first = partner_client.get(PATH).context["page"]
        second = partner_client.get(PATH, {"before": first.before}).context["page"]
        third = partner_client.get(PATH, {"before": second.before}).context["page"]
        assert [len(page.rows) for page in (first, second, third)] == [50, 50, 20]
        assert (first.after, third.before) == (None, None)
        back = partner_client.get(PATH, {"after": third.after}).context["page"]
        assert [notice.pk for notice in back.rows] == [notice.pk for notice in second.rows]
        with django_assert_num_queries(3):
            partner_client.get(PATH)

    def test_an_unknown_kind_of_older_days_does_not_break_it(self, partner_client, partner):
        tell(partner)
        Notification.objects.update(kind="gone")
        assert partner_client.get(PATH).status_code == 200

    def test_who_waits_for_approval_reads_theirs(self, client):
        partner = factories.make_partner(state="pending")
        client.force_login(partner.owner)
        assert client.get(PATH).status_code == 200

    def test_staff_have_their_own(self, staff_client, staff):
        notices.notify_staff(
            kind="partner_registered",
            data={"company": "Yulduz", "person": "Aziza", "tax_id": "1"},
            url="/admin-panel/partners/1/",
            dedupe="x",
        )
        page = staff_client.get("/admin-panel/notifications/")
        assert len(page.context["page"].rows) == 1
        assert staff_client.get(PATH).status_code == 403

    def test_others_and_other_methods_are_refused(self, partner_client, client):
        assert partner_client.get("/admin-panel/notifications/").status_code == 403
        assert partner_client.put(PATH).status_code == 405
        client.logout()
        assert client.get(PATH)["Location"].startswith("/login")


@pytest.mark.parametrize(
    ("goods", "text"),
    [
        ("2 × Choynak", "2 × Choynak. Total: 128 000 soʻm."),
        ("2 × Пиала, 6 шт.", "2 × Пиала, 6 шт. Total: 128 000 soʻm."),
        ("Choynak bormi?", "Choynak bormi? Total: 128 000 soʻm."),
    ],
)
def test_a_name_with_an_end_of_its_own_gets_no_second_full_stop(goods, text):
    data = {"shop": "Yulduz", "number": "1", "goods": goods, "total": "128 000", "currency": "UZS"}
    with translation.override("en"):
        assert KINDS["new_order"].worded(data)[1] == text

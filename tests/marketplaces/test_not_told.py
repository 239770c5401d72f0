"""The page of what was not told: why, narrowed, and decided about one by one or many at once."""

import pytest
from django.urls import reverse
from django.utils import timezone

from marketplaces.models import Operation
from partners.models import AuditLog, Member
from sellercloudx import wiring
from tests import factories

pytestmark = pytest.mark.django_db
State = Operation.State
PAGE = "marketplaces:not_told"


@pytest.fixture(autouse=True)
def _owners(monkeypatch):
    for kind in wiring.OPERATION_RESULT:
        for table in (wiring.OPERATION_PARKED, wiring.OPERATION_RETRIED):
            monkeypatch.setitem(table, kind, f"{__name__}.heard")


def heard(*what):
    pass


@pytest.fixture
def shop(partner):
    return factories.make_connection(partner)


def add(shop, target, state=State.REJECTED, kind="push_stock", **fields):
    return Operation.objects.create(
        partner=shop.partner,
        connection=shop,
        kind=kind,
        target=target,
        dedupe=f"{kind}:{target}:{timezone.now().isoformat()}",
        state=state,
        due_at=timezone.now(),
        **fields,
    )


def shown(client, page=PAGE, **query):
    answer = client.get(reverse(page), query, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return answer.content.decode()


def state(operation):
    return Operation.objects.get(pk=operation.pk).state


def test_each_stands_there_with_the_reason_in_words(shop, partner_client):
    add(shop, "R-1", error_kind="permanent", error_code="ARCHIVED", error_message="Товар в архиве")
    add(shop, "P-1", State.PARKED, error_kind="internal", error_reason="html")
    add(shop, "H-1", State.HELD, error_reason=Operation.OVER_CAP)
    add(shop, "M-1", State.REHEARSED)
    add(shop, "G-1", error_kind="permanent", error_code="guard.below_floor", error_message="x {}")
    add(shop, "D-1", State.DONE)
    page = shown(partner_client)
    for words in (
        "Товар в архиве",
        "A web page came back",
        "limit of cancelled orders",
        "rehearsed",
    ):
        assert words in page
    assert "We stopped this price" in page
    assert "D-1" not in page


def test_it_is_narrowed_by_view_kind_and_shop_and_bears_nonsense(shop, partner_client):
    other = factories.make_connection(shop.partner)
    add(shop, "STOCK-1")
    add(other, "STOCK-2")
    add(shop, "ORDER-1", State.PARKED, kind="cancel_order")
    add(shop, "GONE-1", State.UNTOLD, error_reason=Operation.DISMISSED)
    assert "ORDER-1" not in shown(partner_client, show="refused")
    assert "STOCK-1" not in shown(partner_client, kind="cancel_order")
    assert "STOCK-2" not in shown(partner_client, shop=shop.pk)
    assert "GONE-1" in shown(partner_client, show="dropped")
    everything = shown(partner_client, show="nonsense", kind="nonsense", shop="9" * 40, before="x")
    assert all(name in everything for name in ("STOCK-1", "STOCK-2", "ORDER-1"))


def test_what_newer_news_followed_is_not_shown(shop, partner_client):
    add(shop, "A-OLD")
    add(shop, "A-OLD", State.DONE)
    assert "A-OLD" not in shown(partner_client)


def test_pages_follow_each_other(shop, partner_client):
    for number in range(60):
        add(shop, f"N-{number:03}")
    first = shown(partner_client)
    assert "N-059" in first
    assert "N-000" not in first
    oldest_shown = Operation.objects.get(target="N-010").pk
    assert "N-000" in shown(partner_client, before=oldest_shown)


def test_many_are_tried_again_or_dropped_at_once_and_each_is_audited(shop, partner_client):
    refused, parked, third = add(shop, "A"), add(shop, "B", State.PARKED), add(shop, "C")
    decide = reverse("marketplaces:decide")
    partner_client.post(decide, {"id": [refused.pk, parked.pk, "x", "9" * 30], "do": "retry"})
    assert [state(one) for one in (refused, parked, third)] == ["pending", "pending", "rejected"]
    partner_client.post(decide, {"all_matching": "1", "do": "drop"})
    assert state(third) == State.UNTOLD
    partner_client.post(decide, {"all_matching": "1", "do": "nonsense"})
    actions = AuditLog.objects.filter(action__startswith="OPERATION_").order_by("pk")
    assert list(actions.values_list("action", flat=True)) == [
        *["OPERATION_RETRIED"] * 2,
        "OPERATION_DISMISSED",
    ]


def test_what_is_on_its_way_outdated_or_of_a_gone_shop_is_left_alone(shop, partner_client):
    gone = factories.make_connection(shop.partner, state="disconnected")
    sent, old, new = add(shop, "A", State.SENDING), add(shop, "B"), add(shop, "B", State.DONE)
    untold = add(gone, "C")
    ids = [sent.pk, old.pk, new.pk, untold.pk]
    partner_client.post(reverse("marketplaces:decide"), {"id": ids, "do": "retry"})
    states = [state(one) for one in (sent, old, new, untold)]
    assert states == ["sending", "rejected", "done", "rejected"]


def test_nobody_decides_about_anothers_nor_a_viewer_at_all(shop, client):
    operation = add(shop, "A")
    decide = reverse("marketplaces:decide")
    client.force_login(factories.make_partner().owner)
    client.post(decide, {"id": operation.pk, "do": "drop"})
    assert state(operation) == State.REJECTED
    assert "Товар" not in shown(client)
    viewer = factories.make_user()
    Member.objects.create(partner=shop.partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    assert "A" in shown(client)
    assert client.post(decide, {"id": operation.pk, "do": "drop"}).status_code == 403


def test_our_people_see_all_partners_and_let_nothing_through_a_cap(shop, client):
    refused, held = add(shop, "REF-1"), add(shop, "HELD-1", State.HELD)
    client.force_login(factories.make_colleague("support"))
    page = shown(client, "pages:staff_not_told")
    assert "REF-1" in page
    assert shop.partner.company_name in page
    assert "REF-1" not in shown(client, "pages:staff_not_told", connection=shop.pk + 1)
    ids = [refused.pk, held.pk]
    client.post(reverse("pages:staff_decide"), {"id": ids, "do": "retry"})
    assert (state(refused), state(held)) == ("pending", "held")
    assert AuditLog.objects.get(action="OPERATION_RETRIED").partner == shop.partner

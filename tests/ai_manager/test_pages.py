import uuid

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from ai_manager.models import AiErrorLog, AiUsageLog, CardJob
from partners.models import Member
from products.models import Listing
from tests import factories

pytestmark = pytest.mark.django_db
USAGE = "/admin-panel/ai/"


@pytest.fixture
def listing(partner):
    return factories.make_listing(factories.make_product(partner), state=Listing.State.REVIEW)


def remake(client, listing):
    return client.post(reverse("ai_manager:remake", args=[listing.pk]))


def use(partner, **fields):
    defaults = {
        "task": "card",
        "object_type": "listing",
        "object_id": "1",
        "request_group": uuid.uuid4(),
        "attempt": 1,
        "provider": "openai",
        "model_requested": "gpt-6-luna",
        "model_returned": "gpt-6-luna",
        "prompt_id": "card",
        "prompt_version": "1",
        "outcome": "answered",
        "input_tokens": 3000,
        "output_tokens": 700,
        "cost_micro_usd": 560,
        "latency_ms": 1200,
    }
    return AiUsageLog.objects.create(partner=partner, **(defaults | fields))


def test_a_card_is_written_anew(partner_client, listing):
    answer = remake(partner_client, listing)
    assert answer.url == reverse("products:listing", args=[listing.pk])
    listing.refresh_from_db()
    assert listing.state == Listing.State.WANTED
    assert CardJob.objects.get().listing == listing
    remake(partner_client, listing)
    assert CardJob.objects.count() == 1


def test_a_card_that_could_not_be_made_may_be_asked_for_again(partner_client, listing):
    page = reverse("products:listing", args=[listing.pk])
    button = f'action="{reverse("ai_manager:remake", args=[listing.pk])}"'
    Listing.objects.update(state=Listing.State.NO_CARD)
    html = partner_client.get(page).content.decode()
    assert button in html
    assert "hx-trigger" not in html
    remake(partner_client, listing)
    assert button not in partner_client.get(page).content.decode()
    assert CardJob.objects.get().state == CardJob.State.DUE


def test_nobody_remakes_anothers_card(client, listing):
    client.force_login(factories.make_partner().owner)
    assert remake(client, listing).status_code == 404


def test_a_viewer_remakes_nothing(client, listing):
    viewer = factories.make_user()
    Member.objects.create(partner=listing.partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    assert remake(client, listing).status_code == 403
    assert not CardJob.objects.exists()


def test_looking_changes_nothing(partner_client, listing):
    url = reverse("ai_manager:remake", args=[listing.pk])
    assert partner_client.get(url).status_code == 405


def shown(client):
    answer = client.get(USAGE, headers={"accept-language": "en"})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def test_without_a_key_the_page_says_how_cards_are_made(staff_client):
    assert "Cards are composed by rules" in shown(staff_client)


def test_it_shows_what_was_asked_and_what_it_cost(staff_client, partner, settings):
    settings.OPENAI_API_KEY = "sk-never-shown"
    use(partner)
    use(partner, model_returned="mystery", cost_micro_usd=None)
    failed = use(partner, outcome="Timeout", input_tokens=None, output_tokens=None)
    AiErrorLog.objects.create(
        usage=failed,
        partner=partner,
        error_class="Timeout",
        message="no answer in time",
        resolved_by="fallback",
    )
    page = shown(staff_client)
    assert "Cards are composed by rules" not in page
    assert "sk-never-shown" not in page
    assert "0.0006" in page
    assert "1 answer of unknown price" in page
    assert partner.company_name in page
    assert "the next provider helped" in page


def test_old_attempts_are_left_out(staff_client, partner):
    use(partner)
    AiUsageLog.objects.update(created_at="2020-01-01T00:00:00Z")
    assert "gpt-6-luna" in shown(staff_client)
    assert "Nobody was asked in this period" in shown(staff_client)


def test_it_is_for_staff_only(partner_client):
    assert partner_client.get(USAGE).status_code == 403


@pytest.mark.parametrize("method", ["get", "post"])
def test_staff_without_the_right_see_nothing_of_it(client, method):
    client.force_login(factories.make_staff(is_superuser=False))
    assert getattr(client, method)(USAGE).status_code == 403


def test_staff_with_that_right_alone_may_look(client):
    clerk = factories.make_staff(is_superuser=False)
    clerk.user_permissions.add(Permission.objects.get(codename="view_aiusagelog"))
    client.force_login(clerk)
    assert client.get(USAGE).status_code == 200
    assert client.post(USAGE).status_code == 405

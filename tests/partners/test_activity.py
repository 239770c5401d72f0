"""Long work: how far it is, how it is stopped, who takes it up, and that it is told once."""

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from partners.models import Activity, AuditLog, Member, Notification, Partner, StoredFile
from partners.services import activities, retention
from partners.services.activities import Made, Unfit
from sellercloudx.lib import wiring
from tests import factories
from tests.partners.telling import at

pytestmark = pytest.mark.django_db
State = Activity.State
URL = reverse("partners:activity")
FILE = Made("tovarlar.csv", b"\xef\xbb\xbfSKU\r\n", "text/csv; charset=utf-8")


@pytest.fixture
def does(monkeypatch):
    """Has the work done by a function of the test."""

    def does(work):
        monkeypatch.setitem(wiring.table("ACTIVITIES"), "export_products", "tests.work")
        monkeypatch.setattr(activities, "resolve", lambda table, kind: work)

    return does


def make(partner, *, by=None, **fields) -> Activity:
    asked = {"kind": "export_products", "parameters": {}, "submission": uuid.uuid4()} | fields
    return activities.start(partner=partner, by=by or partner.owner, **asked)


def run(activity) -> Activity:
    activities.run(activity.pk)
    activity.refresh_from_db()
    return activity


def let_the_lease_end(activity) -> None:
    ended = timezone.now() - timedelta(seconds=1)
    Activity.objects.filter(pk=activity.pk).update(leased_until=ended)


def three_steps(work):
    for done in range(4):
        work.progress(done, 3)
    return FILE


def test_it_is_seen_how_far_it_is_and_what_came_of_it(partner_client, partner, does):
    seen = []

    def work(it):
        it.progress(1, 3)
        seen.append(partner_client.get(URL).content.decode())
        return FILE

    does(work)
    activity = run(make(partner))
    assert '<progress value="1" max="3"' in seen[0]
    assert (activity.state, activity.done, activity.total) == ("done", 3, 3)
    answer = partner_client.get(reverse("partners:activity_result", args=[activity.pk]))
    assert answer.content == FILE.content
    assert answer["Content-Disposition"] == 'attachment; filename="tovarlar.csv"'
    assert answer["Cache-Control"] == "private, no-store"


def test_one_notice_to_the_one_who_started_it(partner, does):
    colleague = factories.make_user()
    Member.objects.create(partner=partner, user=colleague, role=Member.Role.VIEWER)
    does(three_steps)
    activity = run(make(partner, by=colleague))
    run(activity)
    notice = Notification.objects.get()
    assert (notice.user, notice.kind, notice.url) == (colleague, "report_ready", URL)


def test_who_has_left_the_team_is_told_nothing(partner, does):
    gone = factories.make_user()
    does(three_steps)
    assert run(make(partner, by=gone)).state == State.DONE
    assert not Notification.objects.exists()


def test_a_double_click_makes_one(partner_client, partner):
    form = {"submission": str(uuid.uuid4()), "q": "", "tab": ""}
    for _click in range(2):
        assert partner_client.post(reverse("products:export"), form).url == URL
    assert Activity.objects.get().started_by == partner.owner
    assert AuditLog.objects.filter(action="EXPORT_PRODUCTS_STARTED").count() == 1
    # Back, and other words: another thing.
    partner_client.post(reverse("products:export"), form | {"q": "choynak"})
    assert Activity.objects.count() == 2


@pytest.mark.parametrize("odd", ["", "x", "\0", "1" * 500])
def test_an_odd_number_of_the_form_is_no_mistake_of_the_sellers(partner_client, partner, odd):
    answer = partner_client.post(reverse("products:export"), {"submission": odd, "q": "\0"})
    assert answer.status_code == 302
    assert Activity.objects.count() == 1


def test_what_waits_is_cancelled_at_once(partner_client, partner, does):
    activity = make(partner)
    partner_client.post(reverse("partners:cancel_activity", args=[activity.pk]))
    does(three_steps)
    assert run(activity).state == State.CANCELLED
    assert not StoredFile.objects.exists()


def test_what_runs_is_cancelled_at_its_next_step(partner_client, partner, does):
    def work(it):
        it.progress(1, 3)
        partner_client.post(reverse("partners:cancel_activity", args=[activity.pk]))
        assert "Bekor qilinmoqda" in partner_client.get(URL).content.decode()
        it.progress(2, 3)
        raise AssertionError("it went on")

    does(work)
    activity = make(partner)
    assert (run(activity).state, activity.done) == (State.CANCELLED, 1)
    assert not Notification.objects.exists()


def test_what_is_cancelled_after_its_last_step_has_no_result(partner_client, partner, does):
    def work(it):
        it.progress(3, 3)
        partner_client.post(reverse("partners:cancel_activity", args=[activity.pk]))
        return FILE

    does(work)
    activity = make(partner)
    assert (run(activity).state, activity.result) == (State.CANCELLED, None)
    assert not Notification.objects.exists()
    assert not StoredFile.objects.exists()


def test_cancelling_what_has_ended_changes_nothing(partner_client, partner, does):
    does(three_steps)
    activity = run(make(partner))
    partner_client.post(reverse("partners:cancel_activity", args=[activity.pk]))
    activity.refresh_from_db()
    assert activity.state == State.DONE


def test_a_killed_workers_work_is_begun_anew_by_the_next(partner, does):
    activity = make(partner)
    dead = activities.take(activity.pk)
    dead.progress(2, 3)
    assert activities.take(activity.pk) is None, "its lease has not ended"
    let_the_lease_end(activity)
    does(three_steps)
    assert (run(activity).state, activity.attempts) == (State.DONE, 2)
    with pytest.raises(activities.TakenOver):
        dead.progress(3, 3)
    with pytest.raises(activities.TakenOver):
        activities._finish(activity, dead, Made("late.csv", b"late", "text/csv"))
    assert Notification.objects.count() == 1


def test_a_worker_that_wakes_too_late_writes_nothing(partner, does):
    def slow(it):
        it.progress(1, 3)
        let_the_lease_end(activity)
        assert activities.take(activity.pk)
        return FILE

    does(slow)
    activity = make(partner)
    assert run(activity).state == State.RUNNING
    assert not Notification.objects.exists()


def test_what_was_cancelled_under_a_dead_worker_ends(partner, does):
    activity = make(partner)
    activities.take(activity.pk)
    activities.cancel(activity=activity, by=partner.owner)
    let_the_lease_end(activity)
    does(three_steps)
    assert run(activity).state == State.CANCELLED


def test_what_stops_in_the_middle_each_time_is_given_up(partner, does):
    activity = make(partner)
    for _attempt in range(activities.MOST_ATTEMPTS):
        assert activities.take(activity.pk)
        let_the_lease_end(activity)
    does(three_steps)
    assert (run(activity).state, activity.error) == (State.FAILED, "stopped")


def test_what_breaks_is_tried_again_and_then_says_what_to_do(partner_client, partner, does, caplog):
    def breaks(it):
        raise ZeroDivisionError

    does(breaks)
    activity = make(partner)
    for _attempt in range(activities.MOST_ATTEMPTS):
        assert activity.state != State.FAILED
        let_the_lease_end(run(activity))
    assert (activity.state, activity.error) == (State.FAILED, "broke")
    assert Notification.objects.get().kind == "report_failed"
    page = partner_client.get(URL).content.decode()
    assert "Yordamga yozing" in page
    for _click in range(2):
        partner_client.post(reverse("partners:activity_again", args=[activity.pk]))
    assert Activity.objects.filter(state=State.QUEUED).count() == 1


def test_what_cannot_be_done_fails_at_once(partner, does):
    def unfit(it):
        raise Unfit("too_large")

    does(unfit)
    activity = run(make(partner))
    assert (activity.state, activity.error, activity.attempts) == (State.FAILED, "too_large", 1)


def test_a_blocked_partners_work_is_not_run(partner, does):
    def blocked_in_the_middle(it):
        it.progress(1, 3)
        partners.update(state=Partner.State.BLOCKED)
        it.progress(2, 3)
        raise AssertionError("it went on")

    partners = Partner.objects.filter(pk=partner.pk)
    does(blocked_in_the_middle)
    activity = make(partner)
    assert (run(activity).state, activity.done) == (State.RUNNING, 1)
    let_the_lease_end(activity)
    does(three_steps)
    assert run(activity).state == State.RUNNING
    partners.update(state=Partner.State.APPROVED)
    assert run(activity).state == State.DONE


@pytest.mark.parametrize("breaks", [False, True], ids=["at its next step", "breaks by it"])
def test_a_block_in_the_middle_of_it_uses_up_no_attempt(partner, does, breaks):
    def work(it):
        it.progress(1, 3)
        Partner.objects.filter(pk=partner.pk).update(state="blocked")
        if breaks:
            raise RuntimeError("the shop is closed")
        it.progress(2, 3)

    activity = make(partner)
    for _block in range(activities.MOST_ATTEMPTS + 1):
        does(work)
        assert run(activity).state == State.RUNNING
        assert (activity.attempts, activity.leased_until) == (0, None)
        Partner.objects.filter(pk=partner.pk).update(state="approved")
    does(three_steps)
    assert (run(activity).state, activity.attempts) == (State.DONE, 1)


def test_the_clock_finds_what_nobody_was_woken_for(partner, monkeypatch):
    woken = []
    monkeypatch.setattr(activities, "wake", lambda path, pk: woken.append(pk))
    waiting, held, ended = (make(partner) for _one in range(3))
    activities.take(held.pk)
    activities.cancel(activity=ended, by=partner.owner)
    woken.clear()
    activities.wake_due()
    assert woken == [waiting.pk]


def test_so_many_at_once_and_no_more(partner_client, partner):
    for _one in range(activities.MOST_OPEN):
        make(partner)
    form = {"submission": str(uuid.uuid4())}
    page = partner_client.post(reverse("products:export"), form, follow=True).content.decode()
    assert "Hozir yetarlicha vazifa bajarilmoqda" in page
    assert Activity.objects.count() == activities.MOST_OPEN


def test_a_page_looks_again_ever_later_and_soon_when_something_moves(partner_client, partner):
    def pause(page):
        return float(page.split("delay:")[1].split("s", 1)[0])

    activity = make(partner)
    url, pauses = URL, []
    for _poll in range(12):
        page = partner_client.get(url, headers={"HX-Request": "true"}).content.decode()
        pauses.append(pause(page))
        url = page.split('hx-get="')[1].split('"')[0].replace("&amp;", "&")
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (2.0, 30.0)
    assert "<html" not in page
    activities.take(activity.pk).progress(7, 9)
    assert pause(partner_client.get(url, headers={"HX-Request": "true"}).content.decode()) == 2.0
    Activity.objects.update(state=State.CANCELLED, ended_at=timezone.now())
    assert "hx-get" not in partner_client.get(URL).content.decode()


def test_whoever_is_signed_out_meanwhile_is_led_to_the_login_by_the_whole_page(client, partner):
    make(partner)
    answer = client.get(URL, headers={"HX-Request": "true"})
    assert (answer["HX-Refresh"], answer.content) == ("true", b"")


def test_a_long_list_is_walked_and_takes_no_more_queries(partner_client, partner):
    def asked(count):
        with CaptureQueriesContext(database) as queries:
            page = partner_client.get(URL).content.decode()
        assert page.count('<li class="body stack">') == count
        return len(queries), page

    partner_client.get(URL)
    ended = {"state": State.CANCELLED, "ended_at": timezone.now()}
    make(partner)
    few, _page = asked(1)
    for _one in range(20):
        Activity.objects.update(**ended)
        make(partner)
    many, page = asked(20)
    assert few == many <= 8
    assert 'rel="next"' in page


def test_a_viewer_stops_their_own_and_not_a_colleagues(client, partner):
    viewer = factories.make_user()
    Member.objects.create(partner=partner, user=viewer, role=Member.Role.VIEWER)
    client.force_login(viewer)
    own, other = make(partner, by=viewer), make(partner)
    for activity, status in ((own, 302), (other, 403)):
        url = reverse("partners:cancel_activity", args=[activity.pk])
        assert client.post(url).status_code == status
    page = client.get(URL).content.decode()
    assert reverse("partners:cancel_activity", args=[other.pk]) not in page


def test_a_file_is_kept_for_a_week(partner_client, partner, does):
    does(three_steps)
    with at("12:00", day=11):
        old = run(make(partner))
    with at("12:00", day=17):
        assert retention.forget_results() == 0
    with at("12:01", day=18):
        # The same bytes, made again: these stay.
        new = run(make(partner))
        assert retention.forget_results() == 1
    for activity, status in ((old, 404), (new, 200)):
        url = reverse("partners:activity_result", args=[activity.pk])
        assert partner_client.get(url).status_code == status
    with at("12:02", day=25):
        assert retention.forget_results() == 1
    assert not StoredFile.objects.exists()
    assert "7 kun saqlandi" in partner_client.get(URL).content.decode()


@pytest.mark.parametrize(
    "never",
    [
        {"state": "done", "ended_at": None},
        {"state": "queued", "ended_at": timezone.now()},
        {"state": "running"},
        {"done": 3, "total": 2},
        {"state": "failed", "ended_at": timezone.now()},
        {"error": "broke"},
    ],
)
def test_what_never_is(partner, never):
    activity = make(partner)
    with pytest.raises(IntegrityError), transaction.atomic():
        Activity.objects.filter(pk=activity.pk).update(**never)

"""Who may open what: a rule for every URL, found by walking the URL conf itself."""

import logging
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.contrib import admin
from django.contrib.auth.models import Group
from django.template.backends.django import Template
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from marketplaces.models import Operation
from orders.models import Order
from partners.models import (
    Activity,
    CannedReply,
    Delivery,
    Member,
    Notification,
    Partner,
    StoredFile,
    User,
)
from partners.services import api_keys, chat, invitations
from partners.services.attachments import Attachment
from sellercloudx.demo import scale
from tests import factories

pytestmark = pytest.mark.django_db
METHODS = {"get", "post", "put", "patch", "delete"}
Role = Member.Role
MANAGER = Role.MANAGER
EVERY_GROUP = "support moderator finance ai_operator"
GET, POST, BOTH = {"get"}, {"post"}, {"get", "post"}


def nothing(partner) -> dict:
    return {}


@dataclass(frozen=True)
class Rule:
    """`who` may use `methods`; `about` makes the partner's object that the address names."""

    who: str
    methods: set[str]
    about: Callable[[Partner], dict] = nothing
    # Whose object it is; staff may open every partner's.
    is_owned: bool = False
    # The least role that may change something there.
    at_least: Member.Role = Member.Role.OPERATOR
    # The least role that may look: a page that is a form opens to who may send it.
    to_look: Member.Role = Member.Role.VIEWER
    # Of our people: the groups it opens to, or None for all of them.
    groups: tuple[str, ...] | None = ()


def everyone(methods, **address) -> Rule:
    return Rule("everyone", methods, lambda partner: address)


def applicant(methods, at_least=Role.VIEWER) -> Rule:
    return Rule("applicant", methods, at_least=at_least, to_look=at_least)


def talk(methods, about=None, at_least=Role.VIEWER) -> Rule:
    """Of a partner in any state; whoever waits is asked about their own."""
    return Rule("applicant", methods, about or nothing, about is not None, at_least)


def partner(methods, about=None, at_least=Role.OPERATOR, to_look=Role.VIEWER, **address) -> Rule:
    is_owned = about is not None
    make = about or (lambda partner: address)
    return Rule("partner", methods, make, is_owned, at_least, to_look)


def form(about=None, at_least=Role.OPERATOR, **address) -> Rule:
    """A page with nothing to see but a form."""
    return partner(BOTH, about, at_least, to_look=at_least, **address)


def api(methods, about=None) -> Rule:
    """For members and for keys; tests/api has those. Refusals are JSON there, not a page."""
    return Rule("api", methods, about or nothing, about is not None)


def staff(methods, about=nothing, groups: str | None = "") -> Rule:
    """Of superusers and of these groups; None opens it to all our people."""
    named = None if groups is None else ("superuser", *groups.split())
    return Rule("staff", methods, about, groups=named)


def connection(partner):
    return {"pk": factories.make_connection(partner).pk}


def parked(partner):
    """An operation that needs a person."""
    listing = factories.make_listing(factories.make_product(partner))
    operation = Operation.objects.create(
        partner=partner,
        connection=listing.connection,
        kind=Operation.Kind.PUBLISH_CARD,
        target=listing.product.sku,
        subject=f"listing:{listing.pk}",
        dedupe=uuid.uuid4().hex,
        state=Operation.State.PARKED,
        due_at=timezone.now(),
    )
    return {"pk": operation.pk}


def product(partner):
    return {"pk": factories.make_product(partner).pk}


def listing(partner):
    made = factories.make_listing(factories.make_product(partner))
    scale.card(made).save()
    return {"pk": made.pk}


def product_and_connection(partner):
    return product(partner) | {"connection_pk": factories.make_connection(partner).pk}


def shop(partner):
    return {"connection_pk": factories.make_connection(partner).pk}


def order(partner):
    made = scale.order(factories.make_connection(partner), 1)
    made.save()
    return {"pk": made.pk}


def order_line(partner):
    product = factories.make_product(partner)
    line = scale.line(Order.objects.get(**order(partner)), product)
    line.save()
    return {"pk": line.order_id, "line_pk": line.pk}


def source_of_a_line(partner):
    return {"source": f"order_line:{order_line(partner)['line_pk']}"}


def api_key(partner):
    """A working key of its API."""
    key, _token = api_keys.create_key(
        partner=partner, by=partner.owner, name="Test", scopes=[], expires_at=None
    )
    return {"pk": key.pk}


def letter(partner):
    """One that could not be delivered."""
    notice = Notification.objects.create(
        user=partner.owner, partner=partner, kind="registered", dedupe=uuid.uuid4().hex
    )
    failed = Delivery.objects.create(notification=notice, channel="email", state="failed")
    return {"pk": failed.pk}


def member(partner):
    made = Member.objects.create(
        partner=partner, user=factories.make_user(), role=Member.Role.OPERATOR
    )
    return {"member_pk": made.pk}


def colleague(partner):
    """Of ours, who has set up the second step."""
    user = factories.make_staff(is_superuser=False)
    factories.make_device(user)
    return {"pk": user.pk}


def message(partner):
    """One with a file, of ours to them."""
    made = chat.send(
        partner=partner,
        by=partner.owner,
        is_from_staff=True,
        text="SKU-1",
        client_id=uuid.uuid4(),
        attachment=Attachment("SKU-1", b"SKU-1", "text/plain"),
    )
    return {"message_pk": made.pk}


def activity(partner, **fields):
    """One of its owner's."""
    asked = {"kind": "export_products", "submission": uuid.uuid4(), "started_by": partner.owner}
    return {"pk": Activity.objects.create(partner=partner, **asked, **fields).pk}


def ended_activity(partner):
    """With a file."""
    stored = StoredFile.objects.create(
        partner=partner, sha256=uuid.uuid4().hex, content_type="text/csv", content=b"x", size=1
    )
    now = timezone.now()
    return activity(partner, state="done", ended_at=now, result=stored, result_name="SKU-1.csv")


def staff_message(partner):
    return {"pk": message(partner)["message_pk"]}


def canned_reply(partner):
    return {"pk": CannedReply.objects.create(title=f"SKU-{uuid.uuid4().int}", text="SKU-1").pk}


def invitation(partner):
    made = invitations.invite(role=Role.VIEWER, by=_colleague(partner))
    return {"invitation_pk": made.pk}


def _colleague(partner) -> Member:
    """An owner beside the one who asks."""
    return Member.objects.create(partner=partner, user=factories.make_user(), role=Role.OWNER)


def itself(partner):
    return {"pk": partner.pk}


RULES = {
    "pages:home": everyone(GET),
    "pages:health": everyone(GET),
    # By its own token; without the variable there is no such page.
    "pages:metrics": everyone(GET),
    "pages:overview": partner(GET),
    "pages:file": everyone(GET, sha256="0" * 64),
    "pages:components": staff(GET, groups=None),
    "set_language": everyone(POST),
    "set_theme": everyone(POST),
    "partners:register": everyone(BOTH),
    "partners:login": everyone(BOTH),
    "partners:logout": everyone(POST),
    "partners:second_step": staff(BOTH, groups=None),
    "partners:set_up_second_step": staff(BOTH, groups=None),
    "partners:security": staff(GET, groups=None),
    "partners:renew_codes": staff(POST, groups=None),
    "partners:change_device": staff(BOTH, groups=None),
    "partners:remove_second_step": staff(BOTH, colleague),
    "partners:password_reset": everyone(BOTH),
    "partners:password_reset_sent": everyone(GET),
    "partners:new_password": everyone(BOTH, token="a-b"),
    "partners:admin_login": everyone(BOTH),
    "partners:admin_logout": everyone(POST),
    "partners:waiting": applicant(GET),
    "partners:apply_again": applicant(BOTH, Role.OWNER),
    "partners:switch": applicant(POST),
    "partners:notifications": applicant(BOTH),
    "partners:notice_settings": applicant(BOTH),
    "partners:telegram_link": applicant(POST),
    "partners:telegram_unlink": applicant(POST),
    # By Telegram's own secret; without a bot there is no such page.
    "partners:telegram_webhook": everyone(POST),
    "partners:unsubscribe": everyone(BOTH, token="a-b"),
    "partners:team": partner(GET),
    "partners:member": partner(GET, member, to_look=MANAGER),
    "partners:change_role": partner(POST, member, MANAGER),
    "partners:invite": partner(POST, at_least=MANAGER),
    "partners:revoke_invitation": partner(POST, invitation, MANAGER),
    "partners:join": everyone(BOTH, token="0" * 43),
    "partners:remove_member": partner(POST, member, MANAGER),
    "partners:api_keys": partner(BOTH, at_least=MANAGER),
    "partners:revoke_api_key": partner(POST, api_key, MANAGER),
    "partners:activity": partner(GET),
    # A viewer may stop what they started, and this is the owner's.
    "partners:cancel_activity": partner(POST, activity),
    "partners:activity_again": partner(POST, ended_activity),
    "partners:activity_result": partner(GET, ended_activity),
    "partners:chat": talk(BOTH, at_least=Role.OPERATOR),
    "partners:chat_news": talk(GET),
    "partners:chat_file": talk(GET, message),
    "partners:staff_chat": staff(GET, groups="support"),
    "partners:staff_chat_room": staff(BOTH, itself, "support"),
    "partners:staff_chat_news": staff(GET, itself, "support"),
    "partners:staff_chat_file": staff(GET, staff_message, "support"),
    "partners:assign_chat": staff(POST, itself, "support"),
    "partners:canned_replies": staff(BOTH, groups="support"),
    "partners:canned_reply": staff(BOTH, canned_reply, "support"),
    "partners:staff_home": staff(GET, groups=EVERY_GROUP),
    "partners:staff_notifications": staff(BOTH, groups=None),
    "partners:staff_notice_settings": staff(BOTH, groups=None),
    "partners:staff_telegram_link": staff(POST, groups=None),
    "partners:staff_telegram_unlink": staff(POST, groups=None),
    "partners:staff_audit": staff(GET, groups="support moderator"),
    "partners:staff_list": staff(GET, groups=EVERY_GROUP),
    "partners:staff_detail": staff(GET, itself, EVERY_GROUP),
    "partners:approve": staff(POST, itself, "moderator"),
    "partners:reject": staff(POST, itself, "moderator"),
    "partners:block": staff(POST, itself, "moderator"),
    "partners:unblock": staff(POST, itself, "moderator"),
    "partners:send_again": staff(POST, letter, "moderator"),
    "marketplaces:list": partner(GET),
    "marketplaces:connect": form(at_least=MANAGER, slug="yandex"),
    "marketplaces:detail": partner(GET, connection),
    "marketplaces:test": partner(POST, connection, MANAGER),
    "marketplaces:replace_key": partner(POST, connection, MANAGER),
    "marketplaces:choose": partner(POST, connection, MANAGER),
    "marketplaces:disconnect": partner(POST, connection, MANAGER),
    "marketplaces:sync": partner(POST, connection),
    "marketplaces:retry_all": partner(POST, connection),
    "marketplaces:retry": partner(POST, parked),
    "marketplaces:dismiss": partner(POST, parked),
    "products:list": partner(GET),
    "products:add": form(),
    # Who may look may take along what they see.
    "products:export": partner(POST, at_least=Role.VIEWER),
    "products:detail": partner(GET, product),
    "products:edit": form(product),
    "products:price": form(product),
    "products:adjust": form(product),
    "products:shops": partner(GET, product),
    "products:open_listing": partner(POST, product_and_connection),
    "products:rates": form(shop),
    "products:listing": partner(GET, listing),
    "products:approve_card": partner(POST, listing),
    "products:category": form(listing),
    "products:edit_card": form(listing),
    "orders:list": partner(GET),
    "orders:ready_many": partner(POST),
    "orders:export": partner(POST, at_least=Role.VIEWER),
    "orders:detail": partner(GET, order),
    "orders:ready": partner(POST, order),
    "orders:of_source": partner(GET, source_of_a_line),
    "orders:cancel": form(order),
    "orders:label": partner(GET, order),
    "orders:link": partner(POST, order_line),
    "orders:analytics": partner(GET),
    "orders:staff_analytics": staff(GET, groups="finance"),
    "referrals:overview": partner(GET),
    "ai_manager:remake": partner(POST, listing),
    "ai_manager:staff_usage": staff(GET, groups="ai_operator"),
    "api:api-root": everyone(GET),
    "api:openapi-json": everyone(GET),
    "api:openapi-view": everyone(GET),
    "api:products": api(GET),
    "api:product": api(GET, product),
    "api:stock": api(GET),
    "api:prices": api(GET),
    "api:orders": api(GET),
    "api:order": api(GET, order),
    "api:analytics": api(GET),
}


# Staff without any right, each group, and who may do everything.
STAFF = ("staff", "support", "moderator", "finance", "ai_operator", "superuser")
# What does not follow from the rule.
EXCEPTIONS = {
    # Nobody stored this picture; nobody made this invitation; no token is set for figures.
    ("pages:file", "all"): 404,
    ("pages:metrics", "all"): 404,
    ("partners:join", "all"): 404,
    # A link that is none, and no bot.
    ("partners:unsubscribe", "all"): 404,
    ("partners:telegram_webhook", "all"): 404,
    # Not staff, and logged in already.
    **{
        ("partners:admin_login", who): 403
        for who in ("pending partner", "another owner", *Role.values)
    },
    # No partner is named in an empty form.
    **{("partners:switch", who): 404 for who in ("pending partner", "another owner", *Role.values)},
}

# Sent by programs that have no cookie; each has a proof of its own.
PROVEN_OTHERWISE = {"partners:unsubscribe", "partners:telegram_webhook"}

# What a signed-in person of an approved partner gets instead of the page.
ANSWERS = {
    # Led on to where they belong.
    "partners:register": 302,
    "partners:login": 302,
    "partners:waiting": 302,
    "partners:apply_again": 302,
    # A link that is none.
    "partners:new_password": 410,
    # Nothing is asked for where STAFF_OTP is off.
    "partners:second_step": 302,
    # Not staff.
    "partners:admin_login": 403,
    # Led on to the documentation.
    "api:api-root": 302,
    # Nobody stored this picture.
    "pages:file": 404,
    "pages:metrics": 404,
    # Nobody made this invitation, nor this link.
    "partners:join": 404,
    # Nothing was said yet.
    "partners:chat_news": 204,
    "partners:staff_chat_news": 204,
    # To the order.
    "orders:of_source": 302,
    "partners:unsubscribe": 404,
    # The marketplace is away; back to the order, with the reason.
    "orders:label": 302,
}


def names(patterns=None, prefix="") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            if pattern.app_name != "admin":
                inner = f"{pattern.namespace}:" if pattern.namespace else ""
                yield from names(pattern.url_patterns, prefix + inner)
        else:
            assert isinstance(pattern, URLPattern)
            yield f"{prefix}{pattern.name}"


def matching(*who: str, **conditions) -> list[str]:
    return [
        name
        for name, rule in RULES.items()
        if (not who or rule.who in who)
        and all(getattr(rule, key) == value for key, value in conditions.items())
    ]


def ask(client, name: str, method: str, about: Partner):
    return getattr(client, method)(reverse(name, kwargs=RULES[name].about(about)))


@pytest.fixture
def theirs(db):
    return factories.make_partner()


@pytest.fixture
def allowed(client, partner, staff):
    """A client that may open the page of this name."""

    def sign_in(name):
        user = staff if RULES[name].who == "staff" else partner.owner
        client.force_login(user)
        return client

    return sign_in


@pytest.fixture
def unrendered(monkeypatch):
    """The answer is what counts here, and drawing the page is most of the work."""
    monkeypatch.setattr(Template, "render", lambda *args, **kwargs: "")
    logging.disable(logging.WARNING)
    yield
    logging.disable(logging.NOTSET)


@dataclass
class People:
    """One of each kind; the first partner is the one whose things are asked about."""

    partner: Partner
    pending: Partner
    other: Partner

    def everybody(self) -> Iterator[tuple[str, User | None]]:
        yield "anonymous", None
        yield "pending partner", self.pending.owner
        yield "another owner", self.other.owner
        for role in Role:
            user = factories.make_user()
            Member.objects.create(partner=self.partner, user=user, role=role)
            yield role.value, user
        for group in STAFF:
            user = factories.make_staff(is_superuser=group == "superuser")
            user.groups.set(Group.objects.filter(name=group))
            yield group, user


@pytest.fixture
def people(db):
    made = [factories.make_partner(), factories.make_partner(state="pending")]
    return People(*made, factories.make_partner())


@pytest.fixture(scope="module")
def counted():
    """How many answers of each kind were compared; printed with -s."""
    seen = Counter()
    yield seen
    print(f"\n{len(RULES)} addresses, {seen.total()} answers:", dict(seen.most_common()))  # noqa: T201


def verdict(rule: Rule, response) -> str | int:
    """What became of the request, in one word; `open` when the page itself answered."""
    if rule.who != "everyone" and is_login(response):
        return "logs in"
    if rule.who == "partner" and response.status_code == 302:
        places = {"partners:waiting": "waits", "partners:staff_home": "goes to staff"}
        for place, word in places.items():
            if response["Location"] == reverse(place):
                return word
    return response.status_code if response.status_code in (401, 403, 404, 405) else "open"


def expectation(name: str, rule: Rule, who: str, method: str) -> str | int:
    is_staff = who in STAFF
    if (name, who) in EXCEPTIONS or (name, "all") in EXCEPTIONS:
        return EXCEPTIONS.get((name, who)) or EXCEPTIONS[(name, "all")]
    if rule.who == "everyone":
        return "open"
    if rule.who == "api":
        return _of_the_api(rule, who)
    if who == "anonymous":
        return "logs in"
    if rule.who == "staff":
        return "open" if is_staff and (rule.groups is None or who in rule.groups) else 403
    if rule.who == "applicant":
        if is_staff or not _is_enough(rule, who, method):
            return 403
        return 404 if who == "another owner" and rule.is_owned else "open"
    if is_staff or who == "pending partner":
        return "goes to staff" if is_staff else "waits"
    if not _is_enough(rule, who, method):
        return 403
    return 404 if who == "another owner" and rule.is_owned else "open"


def _of_the_api(rule: Rule, who: str) -> str | int:
    if who == "anonymous":
        return 401
    if who in STAFF or who == "pending partner":
        return 403
    return 404 if who == "another owner" and rule.is_owned else "open"


def _is_enough(rule: Rule, who: str, method: str) -> bool:
    needed = rule.to_look if method == "get" else rule.at_least
    member = Member(role=who if who in Role.values else Role.OWNER)
    return member.is_at_least(needed)


def is_login(response) -> bool:
    return response.status_code == 302 and response["Location"].startswith(
        reverse("partners:login")
    )


def is_second_step(response) -> bool:
    return response.status_code == 302 and response["Location"].startswith(
        reverse("partners:second_step")
    )


def test_every_url_has_a_rule():
    assert sorted(names()) == sorted(RULES)


@pytest.mark.parametrize("name", RULES)
def test_another_method_is_refused(allowed, partner, unrendered, name):
    client = allowed(name)
    for method in METHODS - RULES[name].methods:
        assert ask(client, name, method, partner).status_code == 405, method


@pytest.mark.parametrize("name", RULES)
def test_who_may_get_may_ask_for_the_head(allowed, partner, unrendered, name):
    client = allowed(name)
    expected = 405
    if "get" in RULES[name].methods:
        expected = ask(client, name, "get", partner).status_code
    assert ask(client, name, "head", partner).status_code == expected


@pytest.mark.parametrize("name", RULES)
def test_each_person_gets_what_the_table_says(client, people, counted, unrendered, name):
    """Every method the page has, asked by everybody there is."""
    rule = RULES[name]
    for who, user in people.everybody():
        client.logout()
        if user:
            client.force_login(user)
        for method in sorted(rule.methods):
            expected = expectation(name, rule, who, method)
            about = people.pending if who == "pending partner" else people.partner
            assert verdict(rule, ask(client, name, method, about)) == expected, (who, method)
            counted[expected] += 1


@pytest.mark.parametrize("name", matching("staff"))
def test_staff_who_showed_the_password_alone_wait_for_the_second_step(
    client, partner, staff, settings, unrendered, name
):
    """Whether they may open the page is not said before that either."""
    settings.STAFF_OTP = True
    for user in (staff, factories.make_staff(is_superuser=False)):
        client.force_login(user)
        for method in RULES[name].methods:
            response = ask(client, name, method, partner)
            if name == "partners:set_up_second_step":
                assert response.status_code in (200, 422)
            else:
                assert is_second_step(response), method


@pytest.mark.parametrize("model", admin.site._registry, ids=str)
def test_djangos_admin_waits_for_the_second_step(staff_client, settings, model):
    settings.STAFF_OTP = True
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for method in (staff_client.get, staff_client.post):
        login = method(url)
        assert (login.status_code, login["Location"].split("?")[0]) == (302, "/admin/login/")
        assert is_second_step(staff_client.get(login["Location"]))


def test_nothing_is_done_without_its_token(partner, staff, unrendered):
    """Another site may make a browser send a form, but does not know the token."""
    careful = Client(enforce_csrf_checks=True)
    for name in set(matching()) - PROVEN_OTHERWISE:
        careful.force_login(staff if RULES[name].who == "staff" else partner.owner)
        if "post" in RULES[name].methods:
            assert ask(careful, name, "post", partner).status_code == 403, name


@pytest.mark.parametrize("state", ["rejected", "blocked"])
def test_a_partner_that_may_not_work_waits_outside(client, unrendered, state):
    waiting = factories.make_partner(state=state)
    client.force_login(waiting.owner)
    for name in matching("partner"):
        for method in RULES[name].methods:
            assert verdict(RULES[name], ask(client, name, method, waiting)) == "waits", name


@pytest.mark.parametrize("name", [n for n in matching() if "get" in RULES[n].methods])
def test_who_may_open_a_page_sees_it(allowed, partner, name):
    status = ask(allowed(name), name, "get", partner).status_code
    assert status == ANSWERS.get(name, 200)


@pytest.mark.parametrize("name", [n for n in matching("staff") if RULES[n].about is not nothing])
def test_staff_is_told_of_a_partner_that_does_not_exist(staff_client, theirs, name):
    for method in RULES[name].methods:
        response = getattr(staff_client, method)(reverse(name, kwargs={"pk": 10**9}))
        assert response.status_code == 404


@pytest.mark.parametrize("model", admin.site._registry, ids=str)
def test_djangos_admin_is_for_staff_alone(client, partner_client, model):
    url = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    for visitor in (type(client)(), partner_client):
        response = visitor.get(url)
        assert response.status_code == 302
        assert reverse("admin:login") in response["Location"]

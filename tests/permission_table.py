"""Who may open what: a rule for every URL, which tests/test_permissions.py asks as everybody."""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from marketplaces.models import Intent, Operation
from orders.models import Order, Return
from partners.models import (
    Activity,
    ActivityItem,
    CannedReply,
    Delivery,
    Member,
    Notification,
    Partner,
    StoredFile,
)
from partners.services import api_keys, chat, invitations
from partners.services.attachments import Attachment
from products.models import PriceBatch, PriceChange
from products.services import import_files
from sellercloudx.demo import scale, scale_buyers
from tests import factories

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


def intent(partner):
    """A request of a shop that rehearses."""
    shop = factories.make_connection(partner)
    kept = Intent(
        partner=partner, connection=shop, group="stocks", method="PUT", path="/v2", body=b"{}"
    )
    kept.save()
    return {"pk": kept.pk}


def product(partner):
    return {"pk": factories.make_product(partner).pk}


def price_proposal(partner):
    made = scale.price_proposal(factories.make_product(partner))
    made.save()
    return {"pk": made.pk}


def price_batch(partner):
    return {"pk": PriceBatch.objects.create(partner=partner, submission=uuid.uuid4()).pk}


def price_change(partner):
    product = factories.make_product(partner)
    change = PriceChange(partner=partner, product=product, currency="UZS", made_by="person")
    change.before, change.after = Decimal(90_000), product.price
    change.save()
    return {"pk": change.pk}


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


def conversation(partner):
    made = scale_buyers.conversation(Order.objects.get(**order(partner)))
    made.save()
    return {"pk": made.pk}


def reply_template(partner):
    made = scale_buyers.template(partner)
    made.save()
    return {"pk": made.pk}


def parcel(partner):
    made = scale_buyers.parcel(Order.objects.get(**order(partner)))
    made.save()
    return {"pk": made.pk}


def item_of_a_parcel(partner):
    made = scale_buyers.return_item(Return.objects.get(**parcel(partner)))
    made.save()
    return {"pk": made.parcel_id, "item_pk": made.pk}


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


def staff_message(partner):
    return {"pk": message(partner)["message_pk"]}


def ticket(partner):
    return {"pk": factories.make_ticket(partner).pk}


def ticket_message(partner):
    """One with a file."""
    file = Attachment("SKU-1", b"SKU-1", "text/plain")
    return {"message_pk": factories.make_ticket(partner, attachment=file).last_id}


def staff_ticket_message(partner):
    return {"pk": ticket_message(partner)["message_pk"]}


def activity(partner, **fields):
    """One of its owner's."""
    asked = {"kind": "export_products", "submission": uuid.uuid4(), "started_by": partner.owner}
    return {"pk": Activity.objects.create(partner=partner, **asked | fields).pk}


def ended_activity(partner):
    """With a file."""
    stored = StoredFile.objects.create(
        partner=partner, sha256=uuid.uuid4().hex, content_type="text/csv", content=b"x", size=1
    )
    now = timezone.now()
    return activity(partner, state="done", ended_at=now, result=stored, result_name="SKU-1.csv")


def itemised_activity(partner):
    """With what became of one thing."""
    about = activity(partner, kind="publish_cards")
    ActivityItem.objects.create(
        activity_id=about["pk"], position=1, title="SKU-1", outcome="published"
    )
    return about


def table(partner):
    """One that was sent, and not imported yet."""
    sent = import_files.take(
        partner=partner,
        by=partner.owner,
        upload=SimpleUploadedFile("SKU-1.csv", b"artikul;tovar\nSKU-1;SKU-1"),
    )
    return {"pk": sent.pk}


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
    "pages:company": partner(BOTH, at_least=MANAGER),
    "pages:sample": applicant(POST),
    "pages:sample_wait": applicant(GET),
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
    "partners:confirm_email": everyone(BOTH, token="a-b"),
    "partners:admin_login": everyone(BOTH),
    "partners:admin_logout": everyone(POST),
    "partners:waiting": applicant(GET),
    "partners:apply_again": applicant(BOTH, Role.OWNER),
    "partners:switch": applicant(POST),
    "partners:notifications": applicant(BOTH),
    "partners:notice_settings": applicant(BOTH),
    "partners:contacts": applicant(BOTH),
    "partners:change_password": applicant(BOTH),
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
    "partners:chat": talk(BOTH, at_least=Role.OPERATOR),
    "partners:chat_news": talk(GET),
    "partners:chat_file": talk(GET, message),
    "partners:staff_chat": staff(GET, groups="support"),
    "partners:staff_chat_room": staff(BOTH, itself, "support"),
    "partners:staff_chat_news": staff(GET, itself, "support"),
    "partners:staff_chat_file": staff(GET, staff_message, "support"),
    "partners:assign_chat": staff(POST, itself, "support"),
    "partners:activity": partner(GET),
    # A viewer may stop what they started, and this is the owner's.
    "partners:cancel_activity": partner(POST, activity),
    "partners:activity_items": partner(GET, itemised_activity),
    "partners:activity_again": partner(POST, ended_activity),
    "partners:activity_result": partner(GET, ended_activity),
    # Who may look may take along what they see.
    "products:export": partner(POST, at_least=Role.VIEWER),
    "products:publish": form(),
    "products:import": form(),
    "products:import_template": partner(GET, to_look=Role.OPERATOR),
    "products:import_preview": form(table),
    "orders:export": partner(POST, at_least=Role.VIEWER),
    "partners:tickets": talk(GET),
    "partners:new_ticket": applicant(BOTH, Role.OPERATOR),
    "partners:ticket": talk(BOTH, ticket, Role.OPERATOR),
    "partners:ticket_news": talk(GET, ticket),
    "partners:ticket_file": talk(GET, ticket_message),
    "partners:staff_tickets": staff(GET, groups="support"),
    "partners:staff_ticket": staff(BOTH, ticket, "support"),
    "partners:staff_ticket_news": staff(GET, ticket, "support"),
    "partners:change_ticket": staff(POST, ticket, "support"),
    "partners:staff_ticket_file": staff(GET, staff_ticket_message, "support"),
    "partners:canned_replies": staff(BOTH, groups="support"),
    "partners:canned_reply": staff(BOTH, canned_reply, "support"),
    "pages:staff_home": staff(GET, groups=EVERY_GROUP),
    "partners:staff_notifications": staff(BOTH, groups=None),
    "partners:staff_notice_settings": staff(BOTH, groups=None),
    "partners:staff_contacts": staff(BOTH, groups=None),
    "partners:staff_change_password": staff(BOTH, groups=None),
    "partners:staff_telegram_link": staff(POST, groups=None),
    "partners:staff_telegram_unlink": staff(POST, groups=None),
    "partners:staff_audit": staff(GET, groups="support moderator"),
    "partners:staff_list": staff(GET, groups=EVERY_GROUP),
    "pages:staff_shops": staff(GET, groups="support"),
    "pages:retry_shop": staff(POST, connection, "support"),
    "pages:staff_not_told": staff(GET, groups="support"),
    "pages:staff_decide": staff(POST, groups="support"),
    "pages:partner": staff(GET, itself, EVERY_GROUP),
    "partners:staff_notes": staff(GET, itself, "support moderator finance"),
    "partners:add_note": staff(POST, itself, "support moderator finance"),
    "partners:approve_many": staff(BOTH, groups="moderator"),
    "partners:approve": staff(POST, itself, "moderator"),
    "partners:reject": staff(POST, itself, "moderator"),
    "partners:block": staff(POST, itself, "moderator"),
    "partners:change_block_end": staff(POST, itself, "moderator"),
    "partners:unblock": staff(POST, itself, "moderator"),
    "partners:deactivate": staff(POST, itself, "moderator"),
    "partners:reactivate": staff(POST, itself, "moderator"),
    "partners:send_again": staff(POST, letter, "moderator"),
    "marketplaces:list": partner(GET),
    "marketplaces:connect": form(at_least=MANAGER, slug="yandex"),
    "marketplaces:detail": partner(GET, connection),
    "marketplaces:test": partner(POST, connection, MANAGER),
    "marketplaces:replace_key": partner(POST, connection, MANAGER),
    "marketplaces:choose": partner(POST, connection, MANAGER),
    "marketplaces:disconnect": partner(POST, connection, MANAGER),
    "marketplaces:sync": partner(POST, connection),
    # By the secret in its address; without one there is no such page.
    "marketplaces:news": everyone(POST, token="a-b"),
    "marketplaces:news_yandex": everyone(POST, token="a-b"),
    "marketplaces:days": partner(GET, connection),
    "marketplaces:replay": partner(POST, connection),
    "marketplaces:news_on": partner(POST, connection, MANAGER),
    "marketplaces:news_off": partner(POST, connection, MANAGER),
    "marketplaces:retry_all": partner(POST, connection),
    "marketplaces:retry": partner(POST, parked),
    "marketplaces:dismiss": partner(POST, parked),
    "marketplaces:not_told": partner(GET),
    "marketplaces:decide": partner(POST),
    "marketplaces:rehearsal": partner(BOTH, connection, MANAGER),
    "marketplaces:intent": partner(GET, intent),
    "marketplaces:cap": partner(POST, connection, Role.OWNER),
    "products:list": partner(GET),
    "products:add": form(),
    "products:detail": partner(GET, product),
    "products:edit": form(product),
    "products:price": form(product),
    "products:adjust": form(product),
    "products:stock": form(product),
    "products:parts": form(product),
    "products:stock_check": partner(GET),
    "products:proposals": partner(GET),
    "products:accept_price": partner(POST, price_proposal),
    "products:decline_price": partner(POST, price_proposal),
    "products:price_limits": form(),
    "products:product_limits": form(product),
    "products:many_prices": form(),
    "products:price_batch": partner(GET, price_batch),
    "products:release_prices": partner(POST, price_batch),
    "products:stop_prices": partner(POST, price_batch),
    "products:undo_prices": partner(POST, price_batch),
    "products:undo_price": partner(POST, price_change),
    "products:undo_rule": partner(POST),
    "products:shops": partner(GET, product),
    "products:open_listing": partner(POST, product_and_connection),
    "products:rates": form(shop),
    "products:listings": partner(GET),
    "products:take_over": partner(POST),
    "products:compare": partner(GET, listing),
    "products:take_over_one": partner(POST, listing),
    "products:confirm_price": partner(POST, listing),
    "products:shop_catalogue": partner(BOTH, shop),
    "products:import_catalogue": partner(POST, shop),
    "products:listing": partner(GET, listing),
    "products:approve_card": partner(POST, listing),
    "products:category": form(listing),
    "products:edit_card": form(listing),
    "orders:list": partner(GET),
    "orders:ready_many": partner(POST),
    "orders:detail": partner(GET, order),
    "orders:ready": partner(POST, order),
    "orders:of_source": partner(GET, source_of_a_line),
    "orders:cancel": form(order),
    "orders:label": partner(GET, order, to_look=Role.OPERATOR),
    "orders:link": partner(POST, order_line),
    "orders:codes": form(order),
    "orders:inbox": partner(GET),
    "orders:answers": partner(BOTH),
    "orders:answer": form(reply_template),
    "orders:thread": partner(BOTH, conversation),
    "orders:thread_note": partner(POST, conversation),
    "orders:thread_assign": partner(POST, conversation),
    "orders:thread_dismiss": partner(POST, conversation),
    "orders:thread_link": partner(POST, conversation),
    "orders:returns": partner(GET),
    "orders:return": partner(GET, parcel),
    "orders:return_decide": partner(POST, parcel),
    "orders:return_take_in": partner(POST, item_of_a_parcel),
    "orders:analytics": partner(GET),
    "orders:staff_analytics": staff(GET, groups="finance"),
    "referrals:overview": partner(GET),
    "ai_manager:remake": partner(POST, listing),
    "ai_manager:automation": partner(BOTH, at_least=MANAGER),
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
    ("marketplaces:news", "all"): 404,
    ("marketplaces:news_yandex", "all"): 404,
    # Not staff, and logged in already.
    **{
        ("partners:admin_login", who): 403
        for who in ("pending partner", "another owner", *Role.values)
    },
    # No partner is named in an empty form.
    **{("partners:switch", who): 404 for who in ("pending partner", "another owner", *Role.values)},
}

# Sent by programs that have no cookie; each has a proof of its own.
PROVEN_OTHERWISE = {
    "partners:unsubscribe",
    "partners:telegram_webhook",
    "marketplaces:news",
    "marketplaces:news_yandex",
}

# What a signed-in person of an approved partner gets instead of the page.
ANSWERS = {
    # Led on to where they belong.
    "partners:register": 302,
    "partners:login": 302,
    "partners:waiting": 302,
    "pages:sample_wait": 302,
    "partners:apply_again": 302,
    # A link that is none.
    "partners:new_password": 410,
    "partners:confirm_email": 410,
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
    # Parts of a page, opened by hand: tests/ui/test_fragments.py.
    "partners:chat_news": 302,
    "partners:staff_chat_news": 302,
    "partners:ticket_news": 302,
    "partners:staff_ticket_news": 302,
    "products:shops": 302,
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

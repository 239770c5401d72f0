"""A shop with words of ours in every text a person or a marketplace can write."""

import uuid
from collections.abc import Callable
from typing import Any

from django.core import mail
from django.db.models import Model
from django.utils import timezone

from marketplaces.models import Connection, Operation, Stream, UnreadableRow
from orders.models import (
    Conversation,
    ConversationMessage,
    Order,
    OrderEvent,
    OrderLine,
    ReplyTemplate,
    Return,
    ReturnItem,
)
from partners.models import (
    Activity,
    CompanyDetails,
    Invitation,
    Member,
    NoticeChoice,
    Notification,
    Partner,
)
from partners.services import activities, chat, invitations, notices, tickets
from partners.services.attachments import Attachment
from products.models import (
    Card,
    CatalogueRow,
    Listing,
    Location,
    Product,
    StockMovement,
    TheirCard,
)
from sellercloudx.demo import scale
from tests import factories

# Model -> texts it keeps of a person or a marketplace.
TEXTS: dict[type[Model], list[str]] = {
    Connection: ["name", "error_message", "error_code"],
    Stream: ["error_message"],
    Operation: ["target", "error_message"],
    UnreadableRow: ["reason"],
    Product: ["name", "brand", "description", "sku"],
    Listing: [
        *("category_path", "price_held_for", "card_warning", "price_refusal", "stock_refusal"),
        "vendor_status",
    ],
    Card: ["model"],
    Location: ["name"],
    StockMovement: ["reason"],
    Order: ["external_id", "vendor_status", "vendor_substatus"],
    OrderLine: ["name", "sku"],
    OrderEvent: ["detail"],
    Conversation: ["buyer_name", "order_number", "sku", "vendor_status"],
    ConversationMessage: ["text", "detail"],
    ReplyTemplate: ["title", "text"],
    Return: ["external_id", "order_number", "refund_status", "shipment_status", "decision_detail"],
    ReturnItem: ["sku"],
    Invitation: ["note"],
    CompanyDetails: ["full_name", "director", "bank", "address"],
}
Words = Callable[[int], str]


def shop(words: Words) -> Connection:
    """`words` makes a text of at most so many signs, another one each time or always the same."""
    partner = factories.make_partner(company_name=words(150))
    _name(partner, partner.owner, words)
    colleague = factories.make_user()
    Member.objects.create(partner=partner, user=colleague, role=Member.Role.VIEWER)
    _name(partner, colleague, words)
    connection = factories.make_connection(partner, name=words(150))
    Stream.objects.create(connection=connection, name="orders", due_at=timezone.now())
    CompanyDetails.objects.create(partner=partner)
    scale.fill(connection=connection, owner=partner.owner, rows=6)
    _park_and_refuse(partner)
    invitations.invite(role="viewer", by=partner.members.get(user=partner.owner), note="x")
    for model, fields in TEXTS.items():
        for row in _rows_of(model, partner):
            _write(row, fields, words)
    _write_json(partner, words)
    _write_catalogue(partner, words)
    _talk(partner, words)
    _export(partner, words)
    _notify(partner, words)
    connection.refresh_from_db()
    connection.partner.owner = partner.owner
    return connection


def _write_catalogue(partner: Partner, words: Words) -> None:
    """What stood in a shop's catalogue, and what marketplaces say of our cards."""
    for row in CatalogueRow.objects.for_partner(partner):
        row.card["listing"]["name"] = words(200)
        row.problems = [{"code": "name", "ours": words(200), "theirs": words(200)}]
        row.save()
    TheirCard.objects.for_partner(partner).update(shop_status=words(60))


def _name(partner: Partner, user: Any, words: Words) -> None:
    user.first_name, user.last_name = words(80), words(80)
    user.save()


def _talk(partner: Partner, words: Words) -> None:
    """Both sides, and a file whose name is theirs, too."""
    for is_from_staff in (False, True):
        chat.send(
            partner=partner,
            by=partner.owner,
            is_from_staff=is_from_staff,
            text=words(300),
            client_id=uuid.uuid4(),
            attachment=Attachment(words(60), words(60).encode(), "text/plain"),
        )
    ticket = factories.make_ticket(partner, subject=words(120), text=words(300))
    for is_private in (False, True):
        tickets.answer(
            ticket=ticket,
            by=partner.owner,
            is_from_staff=True,
            is_private=is_private,
            text=words(300),
            client_id=uuid.uuid4(),
            attachment=Attachment(words(60), words(60).encode(), "text/plain"),
        )


def _export(partner: Partner, words: Words) -> None:
    """A file of everything that was written, its name, too."""
    activity = activities.start(
        partner=partner,
        by=partner.owner,
        kind="export_products",
        parameters={"tab": "", "q": ""},
        submission=uuid.uuid4(),
    )
    activities.run(activity.pk)
    Activity.objects.filter(partner=partner).update(result_name=words(60))


def _park_and_refuse(partner: Partner) -> None:
    """States in which a page quotes what it was told."""
    operation = Operation.objects.filter(partner=partner).first()
    operation.state = Operation.State.PARKED
    operation.save()
    lines = OrderLine.objects.filter(order__partner=partner)
    lines.filter(pk__in=list(lines.values_list("pk", flat=True))[::2]).update(
        product=None, stock=OrderLine.Stock.UNLINKED
    )


def _rows_of(model: type[Model], partner: Partner) -> list[Any]:
    paths = ("partner", "order__partner", "connection__partner")
    for path in (*paths, "conversation__partner", "parcel__partner"):
        if path.split("__")[0] in {field.name for field in model._meta.fields}:
            return list(model._default_manager.filter(**{path: partner}))
    raise AssertionError(model)


def _write(row: Any, fields: list[str], words: Words) -> None:
    for name in fields:
        room = row._meta.get_field(name).max_length or 300
        # What must be unique stays so.
        setattr(row, name, f"{row.pk} {words(min(room, 300) - 8)}")
    row.save()


def _write_json(partner: Partner, words: Words) -> None:
    """Facts, texts of cards, what a marketplace says, and the answer with the buyer in it."""
    fact = {"name": words(60), "value": words(60), "source": "form", "unit": words(20)}
    texts = {
        "title": words(200),
        "description": words(200),
        "bullets": [words(80)],
        "search_words": [words(80)],
    }
    Product.objects.filter(partner=partner).update(facts=[fact])
    Card.objects.filter(partner=partner).update(
        texts={"ru": texts, "uz": texts}, facts=[{"text": words(80), "source": "form"}]
    )
    Listing.objects.filter(partner=partner).update(vendor_messages=[words(200)])
    ReturnItem.objects.filter(parcel__partner=partner).update(
        reasons=[words(60)], comments=[words(300)]
    )
    ConversationMessage.objects.filter(conversation__partner=partner).update(files=[words(60)])
    buyer = {"buyer": {"firstName": words(80), "phone": words(20)}, "notes": words(200)}
    Order.objects.filter(partner=partner).update(raw=buyer)


def _notify(partner: Partner, words: Words) -> None:
    Notification.objects.filter(partner=partner).delete()
    NoticeChoice.objects.create(
        user=partner.owner, topic="listing_error", channel="email", mode="at_once"
    )
    notices.notify_partner(
        partner,
        kind="card_refused",
        data={"shop": words(100), "product": words(100), "reason": words(300)},
        url="/partner-dashboard/products/",
        dedupe="marked",
    )


def letters_to(partner: Partner) -> str:
    """All that was mailed to somebody of this partner."""
    people = set(partner.users.values_list("email", flat=True))
    sent = [letter for letter in mail.outbox if people & set(letter.to)]
    return "\n".join(f"{letter.subject}\n{letter.body}" for letter in sent)

"""Every button, pressed by everybody, in every state: what is said, and that it acts once."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction
from django.utils import timezone

from marketplaces.models import Operation
from orders.models import Order
from orders.services import fulfilment
from partners.models import (
    AuditLog,
    Member,
    Partner,
    TelegramButton,
    TelegramLink,
    TelegramUpdate,
    User,
)
from partners.services import deliveries
from partners.telegram import updates
from products.models import PriceChange, PriceProposal
from products.services import price_changes, price_proposals, shop_rates
from products.services.price_proposals import Place
from tests import factories
from tests.at_once import ROUNDS, at_once
from tests.partners.telegram.linking import CHAT, hear, link

from .fakes import receive, remote

# Each kind of button, and how often what it does was done.
KINDS = ("order_ready", "order_label", "order_out_of_stock", "price_accept", "price_decline")
# What its second press says where it asks first.
SURE = {"order_out_of_stock": ":yes"}
WHO = ("owner", "manager", "operator", "viewer", "removed", "blocked", "deactivated", "unlinked")
STATES = ("fresh", "pressed", "by the shop", "by another", "expired")
# What stands on the screen -> the word for it in the table.
SCREEN = {
    "already moved on": "moved on",
    "This is no longer proposed": "moved on",
    "Decided already": "moved on",
    "too old": "too old",
    "Your role may look": "may not",
    "not in the team of this company": "left",
    "This company is blocked": "blocked",
    "does not work with SellerCloudX now": "not ours",
    "not yours, or not ours": "not yours",
    "Aziza Karimova, ": "done",
    "Dilnoza R, ": "done",
}
# The same for each of the kinds. In brackets: how often it has acted when all is over.
TABLE = """
             fresh          pressed        by the shop    by another     expired
owner        done (1)       done (1)       moved on (0)   moved on (0)   too old (0)
manager      done (1)       done (1)       moved on (0)   moved on (0)   too old (0)
operator     done (1)       done (1)       moved on (0)   moved on (0)   too old (0)
viewer       may not (0)    may not (1)    may not (0)    may not (0)    may not (0)
removed      left (0)       left (1)       left (0)       left (0)       left (0)
blocked      blocked (0)    blocked (1)    blocked (0)    blocked (0)    blocked (0)
deactivated  not ours (0)   not ours (1)   not ours (0)   not ours (0)   not ours (0)
unlinked     not yours (0)  not yours (1)  not yours (0)  not yours (0)  not yours (0)
""".strip("\n")


@dataclass
class Told:
    """A message with its buttons: whom it went to, and what it is about."""

    shop: object
    user: User
    about: Order | PriceProposal

    def token(self, kind, user=None) -> str:
        buttons = TelegramButton.objects.filter(action=kind, target=str(self.about.pk))
        return buttons.get(user=user or self.user).token


@pytest.fixture
def people(partner, settings):
    """The one who presses, and a colleague who stays what they are."""
    # What a chat that is nobody's is answered in.
    settings.LANGUAGE_CODE = "en"
    partner.owner.language = "en"
    partner.owner.save()
    link(partner.owner)
    other = factories.make_user(language="en", first_name="Dilnoza", last_name="R")
    Member.objects.create(partner=partner, user=other, role="manager")
    link(other, CHAT + 1)
    return partner.owner, other


def tell(kind, shop, user, number=0) -> Told:
    """A message that has this button, as it comes to everybody of the company."""
    about = _order(shop, number) if kind.startswith("order") else _proposal(shop, user, number)
    while deliveries.send_due("telegram"):
        pass
    return Told(shop, user, about)


def _order(shop, number) -> Order:
    return receive(shop, remote(str(5000 + number)))


def _proposal(shop, user, number) -> PriceProposal:
    product = factories.make_product(shop.partner, sku=f"P-{number}", price=None, created_by=user)
    price_changes.set_first(product=product, price=None, shops=[])
    _enter(shop, user, 15)
    price_proposals.review(shop.partner_id)
    return product.price_proposals.get(state="open")


def _enter(shop, user, percent) -> None:
    rates = {"commission": Decimal(percent), "logistics": None, "payout": None}
    shop_rates.enter(connection=shop, rates=rates, by=user)


def acted(kind, telegram) -> int:
    """How often."""
    found = {
        "order_ready": Operation.objects.filter(kind="ship_order").count,
        "order_label": lambda: len(telegram.of("sendDocument")),
        "order_out_of_stock": Operation.objects.filter(kind="cancel_order").count,
        "price_accept": PriceChange.objects.filter(made_by="person").count,
        "price_decline": AuditLog.objects.filter(action="PRICE_PROPOSAL_DECLINED").count,
    }
    return found[kind]()


def come_to(state, kind, told, other) -> timedelta:
    """Bring the thing there; how much later the button is pressed."""
    is_order = kind.startswith("order")
    if state == "pressed":
        press(told, kind)
    elif state == "by the shop" and is_order:
        receive(told.shop, remote(told.about.external_id, status="cancelled", minutes=5))
    elif state == "by the shop":
        _enter(told.shop, other, 0)
        price_proposals.review(told.shop.partner_id)
    elif state == "by another" and is_order:
        fulfilment.cancel(order=told.about, by=other, reason="damaged")
    elif state == "by another":
        decide = price_proposals.accept if kind == "price_decline" else price_proposals.decline
        decide(proposal=told.about, by=other, place=Place.CABINET)
    return timedelta(days=8 if state == "expired" else 0)


def become(who, user) -> None:
    member = Member.objects.filter(user=user)
    if who == "removed":
        member.delete()
    elif who in ("blocked", "deactivated"):
        Partner.objects.filter(members__user=user).update(state=who)
    elif who == "unlinked":
        TelegramLink.objects.filter(user=user).delete()
    else:
        member.update(role=who)


UPDATES = {}


def press(told, kind) -> None:
    """Where it asks whether one means it, one does."""
    telegram, token = UPDATES["telegram"], told.token(kind)
    hear(telegram.press(CHAT, token))
    if telegram.of("answerCallbackQuery")[-1]["text"].startswith("Are you sure"):
        hear(telegram.press(CHAT, f"{token}:yes"))


def cell(who, state, kind, told, other, telegram) -> str:
    """What comes of it, and nothing of it stays."""
    with transaction.atomic():
        later = come_to(state, kind, told, other)
        before = acted(kind, telegram) - (state == "pressed")
        become(who, told.user)
        with time_machine.travel(timezone.now() + later):
            press(told, kind)
        said = telegram.of("answerCallbackQuery")[-1]["text"]
        outcome = f"{word(said)} ({acted(kind, telegram) - before})"
        transaction.set_rollback(True)
    return outcome


def word(said) -> str:
    return next((short for words, short in SCREEN.items() if words in said), said)


def drawn(kind, told, other, telegram) -> str:
    lines = ["".join([" " * 13, *(f"{state:15}" for state in STATES)])]
    for who in WHO:
        cells = [cell(who, state, kind, told, other, telegram) for state in STATES]
        lines.append("".join([f"{who:13}", *(f"{one:15}" for one in cells)]))
    return "\n".join(line.rstrip() for line in lines)


@pytest.fixture
def heard(telegram):
    UPDATES["telegram"] = telegram
    return telegram


@pytest.mark.django_db
@pytest.mark.parametrize("kind", KINDS)
def test_who_presses_when_and_what_comes_of_it(kind, shop, product, people, heard):
    user, other = people
    table = drawn(kind, tell(kind, shop, user), other, heard)
    print(f"\n{kind}\n{table}")  # noqa: T201
    assert table == TABLE


def handle_at_once(*presses) -> None:
    """Stored in turn, as Telegram brings them, and dealt with by as many workers."""
    for one in presses:
        updates.store(one)
    pks = list(TelegramUpdate.objects.filter(handled_at=None).values_list("pk", flat=True))
    assert at_once(*[lambda pk=pk: updates.handle(pk) for pk in pks]) == [True] * len(presses)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
def test_pressed_twice_at_the_same_moment_it_acts_once(kind, shop, product, people, heard):
    for number in range(ROUNDS // 2):
        told = tell(kind, shop, people[0], number)
        token = told.token(kind) + SURE.get(kind, "")
        handle_at_once(heard.press(CHAT, token), heard.press(CHAT, token))
        assert acted(kind, heard) == number + 1
    assert len(heard.of("answerCallbackQuery")) == 2 * (ROUNDS // 2)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("mine", "theirs"),
    [
        ("order_ready", "order_ready"),
        ("order_ready", "order_out_of_stock"),
        ("price_accept", "price_accept"),
        ("price_accept", "price_decline"),
    ],
)
def test_of_two_people_at_the_same_moment_one_is_heard(mine, theirs, shop, product, people, heard):
    for number in range(ROUNDS // 2):
        told = tell(mine, shop, people[0], number)
        handle_at_once(
            heard.press(CHAT, told.token(mine) + SURE.get(mine, "")),
            heard.press(CHAT + 1, told.token(theirs, people[1]) + SURE.get(theirs, "")),
        )
        assert sum(acted(kind, heard) for kind in {mine, theirs}) == number + 1
        said = [word(call["text"]) for call in heard.of("answerCallbackQuery")[-2:]]
        assert sorted(said) == ["done", "moved on"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", KINDS)
def test_a_viewer_at_the_same_moment_twice_changes_nothing(kind, shop, product, people, heard):
    told = tell(kind, shop, people[0])
    token = told.token(kind) + SURE.get(kind, "")
    become("viewer", people[0])
    handle_at_once(heard.press(CHAT, token), heard.press(CHAT, token))
    assert acted(kind, heard) == 0

"""A seller with two shops, a sandbox and workers as processes, and somebody who shakes them.

`Run` acts out a plan; `shaken` says whether calls fail and workers are killed meanwhile.
"""

import os
import random
import signal
import threading
import time
import uuid
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from functools import singledispatchmethod
from pathlib import Path

from django.conf import settings
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from marketplaces import inbound
from marketplaces.models import Connection, Lease, Operation
from orders.models import Conversation, Order
from orders.services import fulfilment, replies
from orders.services.transitions import IllegalTransition
from products.models import Listing, Product
from products.services import price_changes, stock, stock_check
from sellercloudx.clock import HEARTBEAT
from tests import factories, sandbox_process
from tests.chaos import digest, goods
from tests.chaos.plan import BY_BUYER, PIECES, SHOPS, Cancelled, Counted, Fate, Placed, Plan, Priced
from tests.processes import Processes, wait_until

FAILING = 0.3
WORKERS = 2
TIMEOUT_MS = 800
LAG_MS = 1500
# The sandbox moves an order to the buyer in three steps of two seconds.
OVER = {
    Fate.LEFT: ("PROCESSING", "STARTED"),
    Fate.PACKED: ("DELIVERED", "DELIVERY_SERVICE_DELIVERED"),
    Fate.CALLED_OFF: ("CANCELLED", "SHOP_FAILED"),
    Fate.GONE: ("CANCELLED", "SHOP_FAILED"),
    Fate.CHANGED_MIND: ("CANCELLED", "USER_CHANGED_MIND"),
    Fate.CONTESTED: ("CANCELLED", "USER_CHANGED_MIND"),
}
STAGES = (
    *(("PROCESSING", "STARTED"), ("PROCESSING", "READY_TO_SHIP")),
    *(("DELIVERY", "DELIVERY_SERVICE_RECEIVED"), ("PICKUP", "PICKUP_SERVICE_RECEIVED")),
)


@dataclass
class Result:
    hash: str
    found: dict
    seconds: float
    calls: Counter
    overruns: int
    kills: int
    faults: int
    wrong: list


@dataclass
class Run:
    plan: Plan
    scratch: Path
    shaken: bool = False
    # Seconds over which the plan is spread, and between two kills.
    spread: float = 0
    kill_every: float = 2.5
    patience: float = 120
    kills: int = 0
    order_ids: dict[int, int] = field(default_factory=dict)
    talks: list[int] = field(default_factory=list)
    # Orders a person has yet to decide about.
    waiting: dict[int, Fate] = field(default_factory=dict)
    answered: set[int] = field(default_factory=set)
    # Longer than a call of the sandbox is held: no call of a dead worker comes after the next one.
    lease_seconds: int = 6
    hurry: str = os.environ.get("HURRY", "5")

    # --- Setting the stage ---

    def begin(self) -> None:
        self.scratch.mkdir()
        state = self.scratch / "sandbox.db"
        self.sandbox_process, url = sandbox_process.start("--fast", state=state)
        self.sandbox = sandbox_process.SandboxProcess(url)
        settings.MARKETPLACE_URLS["yandex"] = f"{url}/yandex"
        self.keys = [f"ACMA:sandbox-chaos-{number}" for number in range(SHOPS)]
        self.partner = factories.make_partner()
        self.shops = [self._shop(key) for key in self.keys]
        self._fill_shelves()
        self.processes = Processes(
            self.scratch,
            YANDEX_MARKET_API_URL=f"{url}/yandex",
            LEASE_SECONDS=str(self.lease_seconds),
            WORKER_THREADS="3",
            HURRY=self.hurry,
        )

    def _shop(self, key: str) -> Connection:
        account = self.sandbox.state(key)
        campaign = account["campaigns"][0]
        return factories.make_connection(
            self.partner,
            account=str(campaign["id"]),
            name=campaign["name"],
            credentials={"api_key": key, "business_id": str(account["business_id"])},
            # The plan calls off more orders than a careful owner would let pass.
            destructive_cap=1_000_000,
        )

    def _fill_shelves(self) -> None:
        past = timezone.now() - timedelta(hours=1)
        Connection.objects.filter(partner=self.partner).update(created_at=past)
        for sku in self.plan.skus:
            product = factories.make_product(self.partner, sku=sku, stock=PIECES, cost=20_000)
            for shop in self.shops:
                factories.make_listing(
                    *(product, shop),
                    state=Listing.State.SENT,
                    sent_at=timezone.now(),
                    sent_price=product.price,
                    sent_stock=PIECES,
                )
        own = Product.objects.for_partner(self.partner)
        own.update(created_at=past)
        self.products = {one.sku: one for one in own.select_related("partner")}
        with goods.picture() as address:
            for shop in self.shops:
                goods.put_on_sale(shop, list(self.products.values()), PIECES, address)
                inbound.open_streams(shop)

    # --- Acting it out ---

    def act(self) -> Result:
        self.sandbox.control("DELETE", "calls")
        if self.shaken:
            self._break_things()
        started = time.monotonic()
        with Workers(self):
            self._play()
            self._settle()
        return self._result(time.monotonic() - started)

    def _break_things(self) -> None:
        for key in self.keys:
            rules = [
                {"kind": "mixed", "probability": FAILING, "ms": TIMEOUT_MS},
                {"kind": "lag", "ms": LAG_MS, "probability": 0.5},
                {"kind": "duplicate_orders", "probability": 0.3},
                {"kind": "reorder_orders", "probability": 0.3},
            ]
            for number, rule in enumerate(rules):
                seed = self.plan.seed * 10 + number
                self.sandbox.control("POST", "faults", account=key, seed=seed, **rule)

    def _play(self) -> None:
        """The plan's steps, spread evenly, and what people decide once they have the order."""
        started = looked = time.monotonic()
        for number, step in enumerate(self.plan.steps):
            due = started + self.spread * number / len(self.plan.steps)
            time.sleep(max(due - time.monotonic(), 0))
            self.do(step)
            if time.monotonic() > looked + 0.5:
                self._decide()
                looked = time.monotonic()

    @singledispatchmethod
    def do(self, step) -> None:
        raise NotImplementedError(step)

    @do.register
    def _(self, step: Placed) -> None:
        key = self.keys[step.shop]
        placed = self.sandbox.control(
            "POST", "orders", account=key, lines=step.lines, price=step.price
        )
        self.order_ids[step.number] = placed["id"]
        if step.fate not in (Fate.LEFT, Fate.CHANGED_MIND):
            self.waiting[step.number] = step.fate
        if step.says:
            wish = {"kind": "chat", "text": step.says, "order_id": placed["id"]}
            self.talks.append(self.sandbox.control("POST", "talks", account=key, **wish)["id"])

    @do.register
    def _(self, step: Cancelled) -> None:
        wish = dict(zip(("status", "substatus"), OVER[Fate.CHANGED_MIND], strict=True))
        number = self.order_ids[step.number]
        self.sandbox.control("POST", f"orders/{number}/advance", **wish)

    @do.register
    def _(self, step: Counted) -> None:
        stock.adjust(
            partner=self.partner,
            product=self.products[step.sku],
            quantity=step.quantity,
            reason="counted",
            source=f"count:{step.number}",
            by=self.partner.owner,
        )

    @do.register
    @transaction.atomic
    def _(self, step: Priced) -> None:
        for sku, price in step.prices.items():
            price_changes.change_price(
                product=self.products[sku], price=price, by=self.partner.owner
            )

    def _decide(self) -> None:
        self._decide_orders()
        self._answer()

    def _answer(self) -> None:
        """Each buyer who wrote is answered, once we have read it."""
        own = Conversation.objects.for_partner(self.partner).exclude(pk__in=self.answered)
        for one in own.filter(waits_since__isnull=False):
            words = {"text": "Ertaga, rahmat!", "seen": one.last_id, "client_id": uuid.uuid4()}
            with suppress(replies.MovedOn):
                replies.send(conversation=one, by=self.partner.owner, **words)
                self.answered.add(one.pk)

    def _decide_orders(self) -> None:
        """What a person does with the orders that have come."""
        numbers = {str(self.order_ids[number]): number for number in self.waiting}
        own = Order.objects.for_partner(self.partner).filter(external_id__in=[*numbers][:500])
        for order in own:
            fate = self.waiting.pop(numbers[order.external_id])
            with suppress(IllegalTransition):
                self._decide_one(order, fate)

    def _decide_one(self, order: Order, fate: Fate) -> None:
        by = self.partner.owner
        if fate in (Fate.PACKED, Fate.CONTESTED):
            fulfilment.mark_ready(order=order, by=by)
        else:
            gone = fate == Fate.GONE
            reason = "damaged" if gone else "out_of_stock"
            fulfilment.cancel(order=order, by=by, reason=reason, pieces_are_gone=gone)

    # --- Until it is over ---

    def _settle(self) -> None:
        ends = time.monotonic() + self.patience
        while not self.is_settled():
            assert time.monotonic() < ends, f"not settled: {self.unsettled()}"
            self._decide()
            time.sleep(0.3)

    def is_settled(self) -> bool:
        """Both sides say the same, all steps are over, and nothing is left to be told."""
        if self.waiting or len(self.answered) < len(self.talks) or self._open():
            return False
        # What an order that has just come makes us tell was written together with it.
        return not (self._not_over() or self._open())

    def _open(self) -> int:
        mine = Operation.objects.filter(partner=self.partner, state__in=Operation.OPEN)
        return mine.count()

    def _not_over(self) -> list[str]:
        """Orders that are not where they must end, as we know them."""
        fates = {str(self.order_ids[number]): fate for number, fate in self.plan.fates.items()}
        known = {
            number: rest
            for number, *rest in Order.objects.for_partner(self.partner).values_list(
                "external_id", "vendor_status", "vendor_substatus", "status", "remote_status"
            )
        }
        return [
            f"{number} {fate}: {known.get(number)}"
            for number, fate in fates.items()
            if number not in known
            or tuple(known[number][:2]) != OVER[fate]
            or known[number][2] != known[number][3]
        ]

    def unsettled(self) -> str:
        late = self._not_over()
        states = Operation.objects.filter(partner=self.partner).values_list(
            "kind", "state", "error_reason", "attempts", "due_at"
        )
        left = [one for one in states if one[1] in Operation.OPEN]
        streams = [
            (s.name, s.failures, s.error_reason, str(s.due_at)[11:19])
            for shop in self.shops
            for s in shop.stream_set.all()
        ]
        return f"{len(late)} orders: {late[:5]}; operations {left[:10]}; {streams}"

    # --- What came of it ---

    def _result(self, seconds: float) -> Result:
        states = [self.sandbox.state(key) for key in self.keys]
        calls = [self.sandbox.control("GET", f"calls?account={key}") for key in self.keys]
        faults = self.sandbox.control("GET", "faults")["faults"]
        found = self._found(states)
        return Result(
            digest.digest(found),
            found,
            seconds,
            sum((Counter(one["calls"]) for one in calls), Counter()),
            self.sandbox.control("GET", "limits")["overruns"],
            self.kills,
            sum(rule["hits"] for rule in faults if rule["kind"] == "mixed"),
            self._wrong(states),
        )

    def _found(self, states: list[dict]) -> dict:
        numbers = {order: number for number, order in self.order_ids.items()}
        talks = [self.sandbox.control("GET", f"talks/{number}") for number in self.talks]
        heard_of = {n for n, fate in self.plan.fates.items() if fate not in BY_BUYER}
        return digest.theirs(states, numbers, talks) | digest.here(
            self.partner, self.shops, numbers, heard_of
        )

    def _wrong(self, states: list[dict]) -> list:
        """What must not be, whatever the clean run says."""
        wrong = list(stock_check.check(self.partner.pk).wrong)
        parked = Operation.objects.filter(
            partner=self.partner, state__in=(Operation.State.PARKED, Operation.State.HELD)
        )
        wrong += [f"{one.kind} of {one.target} is {one.state}" for one in parked]
        ours = stock.figures_of(list(self.products.values()))
        prices = dict(Product.objects.for_partner(self.partner).values_list("sku", "price"))
        for offer in (offer for state in states for offer in state["offers"]):
            available = ours[self.products[offer["sku"]].pk].available
            shown = [offer["price"], *offer["stock"].values()]
            if shown != [prices[offer["sku"]], available]:
                wrong.append(f"{offer['sku']}: {shown}, ours {prices[offer['sku']]}, {available}")
        return wrong

    def end(self) -> None:
        """Nobody asks for these shops any more."""
        self.processes.end()
        if self.sandbox_process.poll() is None:
            self.sandbox_process.terminate()
        self.sandbox_process.wait(10)
        gone = Connection.objects.filter(partner=self.partner)
        gone.update(state=Connection.State.DISCONNECTED)


class Workers:
    """Two of them; while a run is shaken one of them is killed from outside now and then."""

    def __init__(self, run: Run):
        self.run, self.over = run, threading.Event()
        self.chance = random.Random(f"{run.plan.seed}/kills")
        self.killer = threading.Thread(target=self._kill_now_and_then, daemon=True)

    def __enter__(self) -> "Workers":
        self.running = [self._start() for _ in range(WORKERS)]
        begun = timezone.now()
        beating = Lease.objects.filter(name=HEARTBEAT, beaten_at__gt=begun)
        wait_until(beating.exists, 60)
        if self.run.shaken:
            self.killer.start()
        return self

    def _start(self):
        return self.run.processes.start("worker", "-m", "tests.chaos.hurried")

    def _kill_now_and_then(self) -> None:
        while not self.over.wait(self.chance.uniform(0.5, 1.5) * self.run.kill_every):
            place = self.chance.randrange(WORKERS)
            os.kill(self.running[place].pid, signal.SIGKILL)
            self.running[place].wait()
            self.run.kills += 1
            self.running[place] = self._start()
        database.close()

    def __exit__(self, *raised) -> None:
        self.over.set()
        if self.run.shaken:
            self.killer.join()
        self.run.processes.end()

"""Workers against marketplaces on a clock of its own: one thread runs at a time, time jumps.

Everything is the product's but the network and the passing of time, so a run of ten minutes takes
seconds and comes out the same each time.
"""

import heapq
import itertools
import random
import threading
from collections import deque
from datetime import datetime, timedelta

import httpx
import time_machine
from django.db import connection as database
from django.utils.module_loading import import_string


class Simulation:
    def __init__(self, start: datetime):
        self.start, self.now = start, 0.0
        self.is_over = False
        self.messages: deque = deque()
        self._numbers = itertools.count()
        self._waiting: list = []
        self._idle: list[threading.Event] = []
        self._threads: list[threading.Thread] = []
        self._done = threading.Event()
        self.errors: list[BaseException] = []

    def sleep(self, seconds: float) -> None:
        """The one thread that runs lets others run until then."""
        mine = threading.Event()
        self._at(self.now + seconds, mine)
        self._pass_on()
        mine.wait()

    def wake(self, path, *args, priority=None) -> None:
        """In the place of the queue."""
        self.messages.append((path, args))
        if self._idle:
            self._at(self.now, self._idle.pop())

    def worker(self) -> None:
        while not self.is_over:
            if self.messages:
                path, args = self.messages.popleft()
                import_string(path)(*args)
            else:
                mine = threading.Event()
                self._idle.append(mine)
                self._pass_on()
                mine.wait()

    def every(self, seconds: float, do) -> None:
        while not self.is_over:
            self.sleep(seconds)
            do()

    def begin(self, target, *args) -> None:
        go = threading.Event()

        def run():
            go.wait()
            try:
                target(*args)
            except BaseException as error:  # noqa: BLE001  the test raises it
                self.errors.append(error)
            finally:
                database.close()
                self._pass_on()

        self._at(self.now, go)
        self._threads.append(threading.Thread(target=run, daemon=True))

    def run(self, seconds: float) -> None:
        """All that was begun, for so long; raises what a thread raised."""
        with time_machine.travel(self.start, tick=False) as self._clock:
            self.begin(self._end, seconds)
            for thread in self._threads:
                thread.start()
            self._pass_on()
            self._done.wait()
            for thread in self._threads:
                thread.join(10)
        if self.errors:
            raise self.errors[0]

    def _end(self, seconds: float) -> None:
        self.sleep(seconds)
        self.is_over = True
        for event in self._idle:
            self._at(self.now, event)

    def _at(self, when: float, event: threading.Event) -> None:
        heapq.heappush(self._waiting, (when, next(self._numbers), event))

    def _pass_on(self) -> None:
        if not self._waiting:
            self._done.set()
            return
        self.now, _, event = heapq.heappop(self._waiting)
        self._clock.move_to(self.start + timedelta(seconds=self.now))
        event.set()


class Marketplaces(httpx.BaseTransport):
    """Each account answers after a moment, or, while it is dead, never."""

    def __init__(self, simulation: Simulation, seed: int):
        self.simulation = simulation
        self.dice = random.Random(seed)
        self.dead: dict[str, tuple[float, float]] = {}
        self.asked: dict[str, list[float]] = {}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        account = request.headers["Api-Key"]
        self.asked.setdefault(account, []).append(self.simulation.now)
        since, until = self.dead.get(account, (0.0, 0.0))
        if since <= self.simulation.now < until:
            self.simulation.sleep(request.extensions["timeout"]["read"])
            raise httpx.ReadTimeout("silence", request=request)
        self.simulation.sleep(self.dice.uniform(0.1, 0.4))
        said = {"orders": [], "paging": {}} if "/orders?" in str(request.url) else {"status": "OK"}
        return httpx.Response(200, json=said)

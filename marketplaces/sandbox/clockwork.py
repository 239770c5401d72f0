"""What goes on without being asked: moderators, buyers, carriers."""

import logging
import threading
import time
from collections.abc import Callable

from . import buyers
from .world import World
from .yandex import moderation

logger = logging.getLogger(__name__)


class Clockwork(threading.Thread):
    """Buyers and carriers in one thread, moderators with their downloads in another."""

    def __init__(self, world: World):
        super().__init__(name="clockwork", daemon=True)
        self._world = world
        self._stopped = threading.Event()
        self._moderators = threading.Thread(target=self._moderate, daemon=True)

    def run(self) -> None:
        self._moderators.start()
        while not self._stopped.wait(self._world.config.tick_seconds):
            self._try(buyers.shop)
            self._try(buyers.move_orders)

    def _moderate(self) -> None:
        while not self._stopped.wait(self._world.config.tick_seconds):
            self._try(moderation.work_off)

    def _try(self, work: Callable[[World, float], int]) -> None:
        try:
            work(self._world, time.time())
        except Exception:  # noqa: BLE001 - one bad offer must not stop the others for good
            if not self._stopped.is_set():
                logger.exception("the clockwork stumbled")

    def stop(self) -> None:
        self._stopped.set()

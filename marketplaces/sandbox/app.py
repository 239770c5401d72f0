"""The sandbox as a whole: which address leads to which simulator, and its life."""

import logging
from functools import partial

from . import accounts, control, pages
from .ai import anthropic, openai
from .clockwork import Clockwork
from .config import Config
from .messages import Answer, Request, as_json
from .server import Server, serve_in_thread
from .world import World
from .yandex import api as yandex

logger = logging.getLogger(__name__)
MOUNTS = {
    "/yandex": yandex.respond,
    "/openai": openai.PROVIDER.respond,
    "/anthropic": anthropic.PROVIDER.respond,
    "/_control": control.respond,
}


def respond(world: World, request: Request) -> Answer:
    try:
        return _routed(world, request)
    except Exception:  # noqa: BLE001 - the caller gets an answer, the log the cause
        logger.exception("%s %s failed", request.method, request.path)
        return as_json({"status": "ERROR", "errors": [{"code": "INTERNAL_ERROR"}]}, 500)


def _routed(world: World, request: Request) -> Answer:
    for prefix, part in MOUNTS.items():
        if request.path.startswith(prefix + "/"):
            return part(world, request, request.path.removeprefix(prefix))
    if request.path == "/" and request.method in ("GET", "HEAD"):
        return pages.respond(world, request)
    return as_json({"error": "nothing is here"}, 404)


class Sandbox:
    """Listens from the moment it is made; answers from `start` to `stop`."""

    def __init__(self, config: Config):
        self.world = World.create(config)
        accounts.seed(self.world.state, config)
        self._server = Server((config.host, config.port), partial(respond, self.world))
        self._clockwork = Clockwork(self.world)
        self.url = f"http://{config.host}:{self._server.server_address[1]}"

    def start(self) -> None:
        serve_in_thread(self._server)
        self._clockwork.start()

    def stop(self) -> None:
        self._clockwork.stop()
        self._server.shutdown()
        self._server.server_close()
        self.world.state.close()

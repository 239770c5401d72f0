"""gunicorn keeps the processes, reloads and ends them; each serves by `web_server`."""

import os
import time
from typing import Any

from django.conf import settings
from gunicorn.workers.base import Worker

from sellercloudx.lib.web_server import Server


class WebWorker(Worker):
    server: Server | None = None

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        if self.server:
            self.server.pull_trigger()

    def run(self) -> None:
        (listener,) = self.sockets
        self.server = server = Server(
            self.wsgi, listener.sock, threads=self.cfg.threads, largest=settings.LARGEST_BODY
        )
        while self.alive and self.ppid == os.getppid():
            self._turn(server)
        server.stop()
        until = time.monotonic() + self.cfg.graceful_timeout
        while not server.is_empty and time.monotonic() < until:
            self._turn(server)

    def _turn(self, server: Server) -> None:
        self.notify()
        server.turn()

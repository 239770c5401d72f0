"""A small load of readers and writers on gunicorn, and what was answered to whom."""

import http.client
import threading
import time
import uuid
from collections import Counter
from urllib.parse import urlencode, urlsplit

READ = ("/partner-dashboard/", "/partner-dashboard/products/", "/partner-dashboard/orders/")
ADD = "/partner-dashboard/products/add/"
TOKEN = "c" * 32


class Load:
    """Two who read and two who write, until it is over."""

    def __init__(self, url: str, session: str):
        self.address = urlsplit(url).netloc
        self.headers = {
            "Cookie": f"sessionid={session}; csrftoken={TOKEN}",
            "X-CSRFToken": TOKEN,
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept-Language": "en",
        }
        self.reads: Counter = Counter()
        self.writes: Counter = Counter()
        self.acknowledged: list[str] = []
        self.wrong: list[str] = []
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._repeat, args=[step], daemon=True)
            for step in (self._read, self._read, self._write, self._write)
        ]

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *raised):
        self._over.set()
        for thread in self._threads:
            thread.join(60)

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str]:
        client = http.client.HTTPConnection(self.address, timeout=30)
        try:
            client.request(method, path, body, self.headers)
            answer = client.getresponse()
            return answer.status, answer.read().decode(errors="replace")
        finally:
            client.close()

    def _repeat(self, step) -> None:
        while not self._over.is_set():
            step()
            time.sleep(0.02)

    def _read(self) -> None:
        path = READ[sum(self.reads.values()) % len(READ)]
        status, page = self.ask("GET", path)
        self.reads[status] += 1
        self._judge(status, page, (200, 503))

    def _write(self) -> None:
        name = f"Choynak {uuid.uuid4()}"
        typed = {"submission": uuid.uuid4(), "name": name, "quantity": 1, "cost": 60000}
        status, page = self.ask("POST", ADD, urlencode(typed))
        self.writes[status] += 1
        if status == 302:
            self.acknowledged.append(name)
        self._judge(status, page, (302, 503))

    def _judge(self, status: int, page: str, may_be: tuple[int, ...]) -> None:
        is_in_words = status != 503 or "Our database does not answer" in page
        if status not in may_be or not is_in_words:
            self.wrong.append(f"{status}: {page[:300]}")

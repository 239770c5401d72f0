"""A person at the pages of a running installation, and what they were shown."""

import secrets

import httpx

from partners import papers
from tests.house.test_canaries import word


def password() -> str:
    """With signs that JSON, HTML and addresses each write in their own way."""
    return f'{word()}"<&é/+ '


def pinfl() -> str:
    """Of nobody, and as they are given out."""
    born = f"{secrets.randbelow(28) + 1:02}{secrets.randbelow(12) + 1:02}"
    digits = f"3{born}{secrets.randbelow(10**8):08}"
    return digits + papers.check_digit(digits)


class Trail:
    """A person at the pages; what came back is kept, and so is each secret."""

    def __init__(self):
        self.secrets: dict[str, str] = {}
        self.pages: dict[str, bytes] = {}
        self.http = None

    def secret(self, name: str, value: str) -> str:
        self.secrets[name] = value
        return value

    def opens(self, url: str) -> None:
        """Another person, at another browser."""
        self.http = httpx.Client(base_url=url, timeout=30)
        self.get("/login")

    def get(self, path: str, *, own: str = "", **headers: str) -> httpx.Response:
        return self._kept(self.http.get(path, headers=headers), own)

    def post(self, path: str, *, own: str = "", files=None, **data) -> httpx.Response:
        data["csrfmiddlewaretoken"] = self.http.cookies["csrftoken"]
        return self._kept(self.http.post(path, data=data, files=files), own)

    def _kept(self, answer: httpx.Response, own: str) -> httpx.Response:
        """`own` may stand there: it is shown once, or it is the address of this very page."""
        headers = "".join(f"{n}: {v}" for n, v in answer.headers.items() if n != "set-cookie")
        text = f"{headers}\n{answer.text}".replace(own or "\0", "")
        self.pages[f"page {len(self.pages)} {answer.request.url.path[:40]}"] = text.encode()
        return answer

    def logs_in(self, name: str, login: str, password: str) -> None:
        assert self.post("/login", login=login, password=password).status_code == 302
        self.secret(f"session of {name}", self.http.cookies["sessionid"])

"""While the database is away the API says so in its one shape and three languages, in one line."""

import json
import urllib.error
import urllib.request

import pytest

from tests.processes import Processes, free_port

pytestmark = [pytest.mark.django_db, pytest.mark.processes, pytest.mark.timeout(120)]
MESSAGES = {
    "en": "We cannot answer right now. Try again in a moment.",
    "ru": "Сейчас мы не можем ответить. Повторите чуть позже.",
    "uz": "Hozir javob bera olmaymiz. Birozdan keyin qayta urining.",
}
KEY = {"Authorization": "Bearer scx_" + "a" * 43}
COOKIE = {"Cookie": "sessionid=" + "a" * 32}


def away(kind: str, folder) -> dict[str, str]:
    """A server that nobody runs, or a file that cannot be one."""
    if kind == "postgres":
        return {"DATABASE_URL": f"postgres://scx:canary@127.0.0.1:{free_port()}/none"}
    return {"DATABASE_URL": "", "SQLITE_PATH": str(folder)}


@pytest.fixture(scope="module", params=["postgres", "sqlite"])
def web(request, django_db_setup, tmp_path_factory):
    folder = tmp_path_factory.mktemp("away")
    processes = Processes(
        folder,
        DJANGO_SETTINGS_MODULE="tests.chaos.web_settings",
        REDIS_URL="",
        WEB_CONCURRENCY="1",
        **away(request.param, folder),
    )
    processes.url = processes.web()
    yield processes
    processes.end()


def ask(url: str, **headers: str) -> urllib.error.HTTPError:
    with pytest.raises(urllib.error.HTTPError) as refused:
        urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=30)
    return refused.value


def test_it_is_told_in_one_shape_and_one_line(web):
    for who, (language, message) in zip([KEY, COOKIE, KEY], MESSAGES.items(), strict=True):
        answer = ask(f"{web.url}/api/v1/products", **who, **{"Accept-Language": language})
        said = json.load(answer)["error"]
        assert (answer.code, answer.headers["Retry-After"]) == (503, "10")
        assert answer.headers["Content-Type"] == "application/json"
        assert answer.headers["Content-Language"] == language
        assert answer.headers["Cache-Control"] == "private, no-store"
        assert (said["code"], said["message"], said["fields"]) == ("unavailable", message, {})
        assert said["request_id"] == answer.headers["X-Request-ID"]
    lines = [line for line in web.log("web").splitlines() if "/api/v1/products" in line]
    start = "ERROR django.request Service Unavailable: /api/v1/products: the database is away: "
    assert len(lines) == len(MESSAGES)
    assert all(start in line and not line.endswith(start) for line in lines)
    assert "Traceback" not in web.log("web") and "canary" not in web.log("web")


def test_a_page_says_it_in_words_and_one_line_too(web):
    answer = ask(f"{web.url}/partner-dashboard/", **COOKIE, **{"Accept-Language": "en"})
    assert (answer.code, answer.headers["Retry-After"]) == (503, "10")
    assert "Our database does not answer right now" in answer.read().decode()
    assert web.log("web").count("/partner-dashboard/: the database is away: ") == 1
    assert "Traceback" not in web.log("web")

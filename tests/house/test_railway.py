"""The deploy on Railway, acted out: the commands of railway.toml with the seed's variables alone.

The short form deploys once in each shape. The long one (`--rehearse-all`) leaves out each variable
in turn and deploys ten times under load.
"""

import json
import re
import secrets
import threading
import time
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import httpx
import psycopg
import pytest
from django.conf import settings

from scripts import rehearsal
from tests.partners import authenticator
from tests.processes import free_port, wait_until

DOMAIN = "shop.up.railway.app"
pytestmark = [
    pytest.mark.processes,
    pytest.mark.timeout(600),
    pytest.mark.skipif(
        not (settings.DATABASE_URL and settings.REDIS_URL), reason="PostgreSQL and Redis wanted"
    ),
]


@pytest.fixture(scope="module")
def database_url():
    """An empty database, as a new one on Railway is."""
    parts = urlsplit(settings.DATABASE_URL)
    name = f"rehearsal_{secrets.token_hex(4)}"
    with psycopg.connect(settings.DATABASE_URL, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        yield urlunsplit(parts._replace(path=f"/{name}"))
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="module")
def variables(database_url):
    redis = urlunsplit(urlsplit(settings.REDIS_URL)._replace(path="/15"))
    return rehearsal.seed_variables(
        database_url=database_url,
        redis_url=redis,
        port=free_port(),
        secret=secrets.token_urlsafe(48),
    )


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Built with nothing set."""
    folder = rehearsal.clean_copy(tmp_path_factory.mktemp("railway") / "app")
    rehearsal.run(rehearsal.Service.of(folder).build, folder, {})
    return folder


@pytest.fixture(scope="module")
def migrated(folder, variables):
    """What the pre-deploy command said."""
    (command,) = rehearsal.Service.of(folder).before
    return rehearsal.run(command, folder, variables)


@pytest.fixture
def deploy(folder, tmp_path, migrated):
    """Starts what a file of Railway says; ended with the test."""
    started = []

    def start(variables, file="railway.toml"):
        command = rehearsal.Service.of(folder, file).start
        log = tmp_path / f"{len(started)}.log"
        container = rehearsal.Container(command, folder, variables, log)
        started.append(container)
        return container

    yield start
    for container in started:
        if not container.has_ended():
            container.stop()


def has_beaten(web, worker):
    """Whether this worker's clock runs, and not only the one before it."""
    age = json.loads(web.ask("/health").body)["queue"]["heartbeat_s"]
    return age is not None and age < time.monotonic() - worker.began


# Of the process that loads the application; the pages answer soon after.
SECONDS_TO_LOAD = 2.0
MEGABYTES = 130


def must_be_soon_and_small(container, seconds):
    family = rehearsal.family_of(container.process.pid)
    sizes = {pid: rehearsal.resident_megabytes(pid) for pid in family}
    loaded = min(pid for pid, words in family.items() if "gunicorn" in words)
    work = rehearsal.processor_seconds(loaded)
    print(f"\n/health after {seconds:.1f} s, {work:.1f} s of a processor")  # noqa: T201
    for pid, words in family.items():
        print(f"{sizes[pid]:4.0f} MB {words[-60:]}")  # noqa: T201
    # The one that watches, the worker, and gunicorn with its two.
    assert len(family) == 5
    assert max(sizes.values()) <= MEGABYTES
    # Watching costs next to nothing.
    assert sizes[container.process.pid] < 25
    assert work <= SECONDS_TO_LOAD


def test_the_seeds_variables_and_nothing_else_serve(deploy, variables):
    web = deploy(variables)
    seconds = web.seconds_to_health()
    wait_until(lambda: has_beaten(web, web), 30)
    must_be_soon_and_small(web, seconds)
    told = json.loads(web.ask("/health").body)
    assert (told["database"]["engine"], told["cache"]["kind"]) == ("postgresql", "redis")
    assert "Traceback" not in web.said()
    # No domain is named, so no page has an address yet.
    assert web.ask("/", host=DOMAIN).status == 400
    assert web.stop() == 0


def test_the_pre_deploy_tells_what_is_missing(migrated):
    assert "EMAIL_URL is not set, so no mail is sent" in migrated
    assert "FIELD_KEYS is not set" in migrated
    assert "PUBLIC_URL is not set and Railway names no domain" in migrated


def test_pages_and_worker_as_two_services(deploy, variables):
    web = deploy(variables | {"SERVE_WORKER": "false", "RAILWAY_PUBLIC_DOMAIN": DOMAIN})
    web.seconds_to_health()
    assert not any("run_huey" in words for words in rehearsal.family_of(web.process.pid).values())
    worker = deploy(variables, "railway.worker.toml")
    wait_until(lambda: has_beaten(web, worker), 30)

    plain = web.ask("/", host=DOMAIN)
    assert (plain.status, plain.location) == (301, f"https://{DOMAIN}/")
    assert web.ask("/", host=DOMAIN, X_Forwarded_Proto="https").status == 200
    assert web.ask("/", host="forged.example", X_Forwarded_Proto="https").status == 400
    forged = web.ask("/", host=DOMAIN, X_Forwarded_Host="forged.example")
    assert forged.location == f"https://{DOMAIN}/"
    assert (worker.stop(), web.stop()) == (0, 0)


class Browser:
    """Keeps cookies, sends forms with their token, follows nothing: the proxy speaks https for it.

    httpx alone would not send cookies marked Secure to our plain port.
    """

    def __init__(self, web):
        self.address, self.cookies = f"http://127.0.0.1:{web.port}", {}
        self.page = None

    def open(self, path, **data):
        if data:
            token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self.page.text)[1]
            data |= {"csrfmiddlewaretoken": token}
        headers = {
            "Host": DOMAIN,
            "X-Forwarded-Proto": "https",
            "Referer": f"https://{DOMAIN}{path}",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        method = "POST" if data else "GET"
        # The derivation of ten hashes on a busy machine.
        answer = httpx.request(
            method, self.address + path, data=data or None, headers=headers, timeout=30
        )
        for line in answer.headers.get_list("set-cookie"):
            name, value = line.split(";")[0].split("=", 1)
            self.cookies[name] = value
        self.page = answer
        return answer


def test_the_first_admin_sets_up_the_second_step_and_comes_in(deploy, folder, variables):
    """STAFF_OTP is not among the variables: in production it is on by itself."""
    first = {"ADMIN_EMAIL": "boss@shop.uz", "ADMIN_PASSWORD": "uzum-va-anor-2026"}
    (before,) = rehearsal.Service.of(folder).before
    assert "boss@shop.uz is the first admin" in rehearsal.run(before, folder, variables | first)
    web = deploy(variables | {"SERVE_WORKER": "false", "RAILWAY_PUBLIC_DOMAIN": DOMAIN})
    web.seconds_to_health()
    browser = Browser(web)
    browser.open("/login?next=/admin/")
    browser.open(
        "/login", login=first["ADMIN_EMAIL"], password=first["ADMIN_PASSWORD"], next="/admin/"
    )
    for locked in ("/admin-panel/", "/admin/"):
        assert browser.open(locked).status_code == 302
    step = browser.open("/login/second-step/?next=/admin/").headers["Location"]
    key = authenticator.key_on(browser.open(step))
    done = browser.open(step.split("?")[0], code=authenticator.shown(key), next="/admin/")
    codes = authenticator.codes_on(done)
    assert len(codes) == 10 and 'href="/admin/"' in done.text
    assert [browser.open(path).status_code for path in ("/admin-panel/", "/admin/")] == [200, 200]
    assert key not in web.said() and not any(code in web.said() for code in codes)
    assert web.stop() == 0


# The long form


@pytest.fixture
def is_long(request):
    if not request.config.getoption("--rehearse-all"):
        pytest.skip("the long form: --rehearse-all")


REFUSED = {"DATABASE_URL", "SESSION_SECRET"}


def test_without_any_one_of_them_there_is_a_sentence(deploy, folder, variables, is_long):
    (before,) = rehearsal.Service.of(folder).before
    print(f"\n{'without':<20} {'then':<8} says")  # noqa: T201
    for name in variables:
        rest = {key: value for key, value in variables.items() if key != name}
        try:
            said = rehearsal.run(before, folder, rest)
        except RuntimeError as error:
            said, then = str(error), "refused"
        else:
            container = deploy(rest)
            container.seconds_to_health()
            container.stop()
            then = "serves"
        sentence = next(line for line in said.splitlines() if f"{name} is not set" in line)
        print(f"{name:<20} {then:<8} {sentence.strip()[:110]}")  # noqa: T201
        assert then == ("refused" if name in REFUSED else "serves")


@contextmanager
def load(router: dict):
    """Four visitors who never ask twice; what they were answered."""
    answers, stopped = [], threading.Event()

    def visit():
        while not stopped.is_set():
            port = router["port"]
            answer = rehearsal.ask(port, "/", host=DOMAIN, X_Forwarded_Proto="https")
            answers.append(answer.status if answer else 0)
            time.sleep(0.02)

    visitors = [threading.Thread(target=visit) for _ in range(4)]
    for visitor in visitors:
        visitor.start()
    try:
        yield answers
    finally:
        stopped.set()
        for visitor in visitors:
            visitor.join()


def let_pass(answers: list, number: int) -> None:
    seen = len(answers)
    wait_until(lambda: len(answers) > seen + number, 10)


def test_ten_deploys_under_load_lose_no_request(deploy, folder, variables, is_long):
    """As Railway does it: the new one is well, traffic moves, the old one drains."""
    (before,) = rehearsal.Service.of(folder).before
    domain = {"RAILWAY_PUBLIC_DOMAIN": DOMAIN}
    old = deploy(variables | domain)
    old.seconds_to_health()
    router = {"port": old.port}
    with load(router) as answers:
        for _ in range(10):
            rehearsal.run(before, folder, variables)
            new = deploy(variables | domain | {"PORT": str(free_port())})
            new.seconds_to_health()
            router["port"] = new.port
            # Whoever chose the old one a moment ago has connected by now.
            let_pass(answers, 8)
            assert old.stop() == 0
            old = new
    lost = [status for status in answers if status != 200]
    print(f"\n10 deploys, {len(answers)} requests, {len(lost)} not 200")  # noqa: T201
    assert lost == []
    assert len(answers) > 100

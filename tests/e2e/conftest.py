"""The whole product as processes of its own, and browsers in front of it."""

import io
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.contrib.auth.hashers import BCryptSHA256PasswordHasher
from PIL import Image, ImageDraw

from partners.models import User
from tests import factories
from tests.e2e.sheets import Sheets
from tests.e2e.visitor import Visitor
from tests.once import once
from tests.processes import ROOT
from tests.telegram_server import TOKEN

RESULTS = ROOT / "test-results"
FAILED = pytest.StashKey[bool]()


@pytest.fixture(scope="session")
def built(tmp_path_factory, testrun_uid):
    """Catalogues compiled and static files gathered, once for all who run beside each other."""
    once("built", _build, tmp_path_factory=tmp_path_factory, testrun_uid=testrun_uid)


def _build(folder: Path) -> None:
    # The tests' own settings would gather no manifest for the pages to look into.
    env = os.environ | {"DJANGO_SETTINGS_MODULE": "sellercloudx.settings"}
    for command in (["-m", "scripts.catalogues"], ["manage.py", "collectstatic", "--noinput"]):
        python = [sys.executable, *command]
        subprocess.run(python, cwd=ROOT, env=env, check=True, capture_output=True)


@pytest.fixture
def admin(transactional_db) -> User:
    """Somebody of ours."""
    return can_log_in(factories.make_staff(email="admin@example.uz", first_name="Nodira"))


@pytest.fixture
def partner_who_logs_in(transactional_db) -> User:
    return can_log_in(factories.make_partner().owner)


def can_log_in(user: User) -> User:
    """The tests' own hasher is none of the real settings'."""
    hasher = BCryptSHA256PasswordHasher()
    hasher.rounds = 4
    user.password = hasher.encode(factories.PASSWORD, hasher.salt())
    user.save(update_fields=["password"])
    return user


@pytest.fixture
def bot(telegram, processes, settings):
    """Telegram, as web and worker find it; to be asked for before anybody opens the site."""
    processes.env |= {
        "TELEGRAM_BOT_TOKEN": TOKEN,
        "TELEGRAM_API_URL": settings.TELEGRAM_API_URL,
    }
    return telegram


@pytest.fixture
def site(built, processes) -> str:
    """Web and worker, running; the address to open."""
    url = processes.web()
    processes.worker()
    return url


@pytest.fixture
def sheets(request, browser):
    """Only where asked for: `pytest tests/e2e/test_journey.py --contact-sheets FOLDER`."""
    folder = request.config.getoption("--contact-sheets")
    if folder is None:
        yield None
        return
    folder.mkdir(parents=True, exist_ok=True)
    taken = Sheets(folder, browser)
    yield taken
    (folder / "findings.txt").write_text("\n".join(taken.findings) or "none\n")


@pytest.fixture
def visitor(browser, site, request, processes, sheets):
    """Makes one more person at a browser; what they saw last is kept when a test fails."""
    came = []

    def come(**options) -> Visitor:
        came.append(Visitor(browser, site, **{"sheets": sheets} | options))
        return came[-1]

    yield come
    if request.node.stash.get(FAILED, False):
        _keep(request.node.name, came, processes)
    else:
        assert [one.said for one in came] == [[]] * len(came)


def _keep(name: str, visitors: list[Visitor], processes) -> None:
    RESULTS.mkdir(exist_ok=True)
    for number, one in enumerate(visitors, start=1):
        one.page.screenshot(path=RESULTS / f"{name}-{number}.png", full_page=True)
    for process in ("web", "worker"):
        (RESULTS / f"{name}-{process}.log").write_text(processes.log(process))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.stash[FAILED] = report.failed
    return report


@pytest.fixture
def inviter(transactional_db) -> str:
    """The referral code of a seller who is here already."""
    return factories.make_partner().referral_code


@pytest.fixture
def photo(tmp_path) -> str:
    """A picture from a phone: large, turned, with the place where it was taken."""
    picture = Image.new("RGB", (1600, 1200), "#dfe7ea")
    draw = ImageDraw.Draw(picture)
    draw.arc((880, 450, 1180, 850), 270, 90, fill="#1f5560", width=60)
    draw.rounded_rectangle((500, 350, 1040, 980), radius=70, fill="#2c6e7a")
    draw.ellipse((500, 290, 1040, 420), fill="#1f5560")
    exif = picture.getexif()
    exif[0x010F], exif[0x0131] = "Namuna", "Camera of +998901234567"
    content = io.BytesIO()
    picture.save(content, "JPEG", exif=exif)
    path = tmp_path / "mug.jpg"
    path.write_bytes(content.getvalue())
    return str(path)

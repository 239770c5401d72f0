"""One Chromium for the whole run; each test opens contexts of its own in it."""

import os
import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Playwright, sync_playwright

from scripts.screenshots import ARGUMENTS


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    # It keeps an event loop running in this thread, beside which Django refuses its database. But
    # that loop runs only while the test waits for it, and nothing of ours is asynchronous.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def running() -> list[Browser]:
    return []


@pytest.fixture
def browser(playwright, running) -> Iterator[Browser]:
    """Debian's Chromium where there is one, else Playwright's own; another after a crash."""
    if not running or not running[-1].is_connected():
        path = shutil.which("chromium")
        running.append(playwright.chromium.launch(executable_path=path, args=ARGUMENTS))
    yield running[-1]
    for context in running[-1].contexts:
        context.close()

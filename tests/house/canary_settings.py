"""The real settings for a web and a worker with two pages more, which break and log on purpose."""

from tests.chaos.web_settings import *  # noqa: F403

ROOT_URLCONF = "tests.house.test_canaries"

"""The settings of real processes, with two slow pages more."""

from tests.chaos.web_settings import *  # noqa: F403

ROOT_URLCONF = "tests.house.slow_pages"

"""The product's settings with a fast hasher, and nothing taken from the developer's `.env`."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
# Of this process alone: two runs beside each other must not share a database.
SCRATCH = Path(tempfile.mkdtemp(prefix="sellercloudx-tests-"))
atexit.register(shutil.rmtree, SCRATCH, ignore_errors=True)

os.environ["ENV_FILE"] = os.devnull
os.environ["DATA_DIR"] = str(SCRATCH)
os.environ.pop("SQLITE_PATH", None)
os.environ.setdefault("SESSION_SECRET", "for-tests-only-" + "x" * 40)
# No test asks the bank; those of its rates have a server of their own.
os.environ["CBU_API_URL"] = ""
os.environ.setdefault("PUBLIC_URL", "http://127.0.0.1:3000")
# A busy machine makes tests slow, and a test may wait for a process inside its transaction.
os.environ.setdefault("DB_STATEMENT_TIMEOUT", "300")
os.environ.setdefault("DB_IDLE_TIMEOUT", "300")
for name in (
    "OPENAI_API_KEY",
    "ANTHROPIC_API_KEY",
    "REPLICATE_API_KEY",
    "IDEOGRAM_API_KEY",
    "TELEGRAM_BOT_TOKEN",
):
    os.environ.pop(name, None)

from sellercloudx.settings import *  # noqa: E402, F403
from sellercloudx.settings import CACHES, DATABASES, STORAGES  # noqa: E402

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
ALLOWED_HOSTS = ["testserver", "127.0.0.1", "localhost"]
STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
# WhiteNoise looks through it at start, while another test may be gathering into the real one.
STATIC_ROOT = SCRATCH / "staticfiles"
CACHES["default"]["KEY_PREFIX"] = WORKER
CACHES["guard"]["KEY_PREFIX"] = f"{WORKER}-{os.getpid()}"
# Nothing runs behind a test's back: tests call the worker's functions themselves.
HUEY = {"name": "tests", "huey_class": "huey.MemoryHuey", "immediate": False}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # A real file: an in-memory database locks whole tables between threads.
    DATABASES["default"]["TEST"] = {"NAME": str(SCRATCH / "test.db")}
if "pool" in DATABASES["default"]["OPTIONS"]:
    DATABASES["default"]["OPTIONS"]["pool"] = {"min_size": 0, "max_size": 20, "timeout": 10}
# Making one takes seconds: tests that look at it say so.
SAMPLE_SHOP = False
# Nothing may leave this machine.
MARKETPLACE_URLS = {
    slug: "http://127.0.0.1:9/" + slug for slug in ("yandex", "uzum", "wildberries", "ozon")
}
OPENAI_BASE_URL = ANTHROPIC_BASE_URL = "http://127.0.0.1:9"
TELEGRAM_API_URL, TELEGRAM_BOT_TOKEN = "http://127.0.0.1:9", ""

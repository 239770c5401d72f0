"""One settings file; every difference between machines is an environment variable.

The variables are listed, one line each, in `.env.example`.
"""

import re
import sys
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from sellercloudx import addresses, content_policy, errors, logs, production, templatetags
from sellercloudx.lib import crypto, postal
from sellercloudx.lib.bucket import bucket_from
from sellercloudx.lib.database import postgres_settings, sqlite_settings, statement_seconds
from sellercloudx.lib.services import queue_settings, redis_url_that_answers
from sellercloudx.lib.variables import Variables

BASE_DIR = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

env = Variables()
env.read_env(env.str("ENV_FILE", default=str(BASE_DIR / ".env")))

IS_ON_RAILWAY = bool(env.str("RAILWAY_ENVIRONMENT", default=""))
NODE_ENV = env.str("NODE_ENV", default="").strip().lower()
IS_PRODUCTION = IS_ON_RAILWAY or NODE_ENV == "production"
# Without a proxy that overwrites it anybody could write X-Real-IP and escape the address limits.
IS_BEHIND_PROXY = env.flag("BEHIND_PROXY", default=IS_ON_RAILWAY)
DEBUG = env.flag("DEBUG", default=False)
PORT = env.number("PORT", default=3000, most=65535)
# The build gathers static files before any secret or database exists: it signs and stores nothing.
IS_BUILD = sys.argv[1:2] == ["collectstatic"]
# False where the worker is a service of its own (railway.worker.toml).
SERVE_WORKER = env.flag("SERVE_WORKER", default=True)

# --- Secrets -------------------------------------------------------------------------------------

SECRET_KEY = env.str("SESSION_SECRET", default="")
if IS_PRODUCTION and not IS_BUILD:
    production.refuse_debug(DEBUG)
    production.refuse_weak_secret(SECRET_KEY)
SECRET_KEY = SECRET_KEY or "local-only-" + "0" * 50
FIELD_KEYS_ARE_DERIVED = not env.str("FIELD_KEYS", default="")
try:
    FIELD_KEYS = crypto.parse_keys(env.str("FIELD_KEYS", default="")) or [
        crypto.derive_key(SECRET_KEY, purpose="field-keys")
    ]
except ValueError as error:
    raise ImproperlyConfigured(f"FIELD_KEYS cannot be read: {error}.") from error

# --- Addresses -----------------------------------------------------------------------------------

RAILWAY_DOMAIN = env.str("RAILWAY_PUBLIC_DOMAIN", default="")
LOCAL_URL = f"http://127.0.0.1:{PORT}"
PUBLIC_URL = addresses.public_url(
    env.str("PUBLIC_URL", default="")
    or (f"https://{RAILWAY_DOMAIN}" if RAILWAY_DOMAIN else LOCAL_URL)
)
HEALTH_CHECK_HOST = "healthcheck.railway.app"
OUR_HOSTS = [
    *addresses.hosts(env.list("ALLOWED_HOSTS", default=[]), is_production=IS_PRODUCTION),
    *filter(None, [RAILWAY_DOMAIN]),
]
ALLOWED_HOSTS = [
    *OUR_HOSTS,
    *([HEALTH_CHECK_HOST] if IS_PRODUCTION else ["127.0.0.1", "localhost", "[::1]"]),
]
CSRF_TRUSTED_ORIGINS = addresses.origins(OUR_HOSTS) if IS_PRODUCTION else []
CORS_ALLOWED_ORIGINS = env.list("CORS_ALLOWED_ORIGINS", default=[])
CORS_URLS_REGEX = r"^/api/"
CORS_ALLOW_METHODS = ["GET", "OPTIONS"]
CORS_ALLOW_HEADERS = ["accept", "accept-language", "authorization", "content-type"]
CORS_EXPOSE_HEADERS = ["retry-after", "x-request-id"]

MARKETPLACE_URLS = {
    "yandex": env.str("YANDEX_MARKET_API_URL", default="https://api.partner.market.yandex.net"),
    "uzum": env.str("UZUM_API_URL", default="https://api-seller.uzum.uz/api/seller-openapi"),
    "wildberries": env.str("WILDBERRIES_API_URL", default=""),
    "ozon": env.str("OZON_API_URL", default="https://api-seller.ozon.ru"),
}
# From where they bring notifications, where it is no longer what their document says.
NOTIFICATION_SOURCES = {"yandex": env.networks("YANDEX_NOTIFICATION_SOURCES")}
# The rates of the central bank; empty: nobody is asked.
CBU_API_URL = env.str("CBU_API_URL", default="https://cbu.uz/uz/arkhiv-kursov-valyut/json/")

# --- AI ------------------------------------------------------------------------------------------

OPENAI_API_KEY = env.str("OPENAI_API_KEY", default="")
ANTHROPIC_API_KEY = env.str("ANTHROPIC_API_KEY", default="")
REPLICATE_API_KEY = env.str("REPLICATE_API_KEY", default="")
IDEOGRAM_API_KEY = env.str("IDEOGRAM_API_KEY", default="")
OPENAI_BASE_URL = env.str("OPENAI_BASE_URL", default="https://api.openai.com/v1")
ANTHROPIC_BASE_URL = env.str("ANTHROPIC_BASE_URL", default="https://api.anthropic.com")
REPLICATE_BASE_URL = env.str("REPLICATE_BASE_URL", default="https://api.replicate.com")
IDEOGRAM_BASE_URL = env.str("IDEOGRAM_BASE_URL", default="https://api.ideogram.ai")
OPENAI_TEXT_MODEL = env.str("OPENAI_TEXT_MODEL", default="gpt-6-luna")
ANTHROPIC_TEXT_MODEL = env.str("ANTHROPIC_TEXT_MODEL", default="claude-haiku-5-5")

# --- Applications --------------------------------------------------------------------------------

INSTALLED_APPS = [
    "sellercloudx.admin_app.OurAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "corsheaders",
    "csp",
    "django_otp",
    # For the files of its Swagger page.
    "ninja",
    "huey.contrib.djhuey",
    "sellercloudx",
    "partners",
    "marketplaces",
    "products",
    "orders",
    "referrals",
    "ai_manager",
]
MIDDLEWARE = [
    "sellercloudx.metrics.count_requests",
    "sellercloudx.middleware.request_context",
    "sellercloudx.methods.head_as_get",
    "sellercloudx.api.middleware.json_errors",
    "django.middleware.security.SecurityMiddleware",
    "sellercloudx.middleware.permissions_policy",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sellercloudx.middleware.private_pages",
    "sellercloudx.api.middleware.CorsMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "sellercloudx.methods.page_for_another_method",
    # Before what refuses a form: a page of an error is drawn for somebody, too.
    # Neither asks anything by itself.
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "sellercloudx.middleware.current_partner",
    "sellercloudx.middleware.body_limit",
    "sellercloudx.middleware.readable_form",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
ROOT_URLCONF = "sellercloudx.urls"
WSGI_APPLICATION = "sellercloudx.wsgi.application"
WIRING = "sellercloudx.wiring"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "sellercloudx.pages.navigation.navigation",
            ],
            "builtins": templatetags.BUILTINS,
        },
    }
]
FORM_RENDERER = "sellercloudx.pages.forms.FormRenderer"

# --- Database ------------------------------------------------------------------------------------

DATA_DIR = Path(env.str("DATA_DIR", default=str(BASE_DIR / "data")))
DATABASE_URL = env.str("DATABASE_URL", default="")
# Processes of the pages; the processors of the host are never counted.
WEB_CONCURRENCY = env.number("WEB_CONCURRENCY", default=2)
WEB_THREADS = env.number("WEB_THREADS", default=4)
WORKER_THREADS = env.number("WORKER_THREADS", default=4)
# Each thread may hold one connection, and in the worker so may the one that keeps its lease while
# a card is made. Two more: in the web for hooks and health, in the worker for the clock.
MOST_CONNECTIONS = max(WEB_THREADS, 2 * WORKER_THREADS) + 2
STATEMENT_SECONDS = statement_seconds(
    argv=sys.argv,
    web=env.number("DB_STATEMENT_TIMEOUT", default=30, least=0),
    worker=env.number("DB_WORKER_STATEMENT_TIMEOUT", default=300, least=0),
)
if DATABASE_URL:
    try:
        POSTGRES = postgres_settings(
            DATABASE_URL,
            statement=STATEMENT_SECONDS,
            idle=env.number("DB_IDLE_TIMEOUT", default=60, least=0),
            connections=env.number("DB_POOL_MAX", default=MOST_CONNECTIONS),
        )
    except ValueError as error:
        raise ImproperlyConfigured(f"DATABASE_URL cannot be read: {error}.") from None
    DATABASES = {"default": POSTGRES}
else:
    SQLITE_PATH = Path(env.str("SQLITE_PATH", default="") or DATA_DIR / "sellercloudx.db")
    if not SQLITE_PATH.is_absolute():
        SQLITE_PATH = BASE_DIR / SQLITE_PATH
    if IS_PRODUCTION and not IS_BUILD:
        production.refuse_passing_file(
            SQLITE_PATH,
            is_chosen=bool(env.str("SQLITE_PATH", default="")),
            is_on_railway=IS_ON_RAILWAY,
            volume=env.str("RAILWAY_VOLUME_MOUNT_PATH", default=""),
        )
    DATABASES = {"default": sqlite_settings(SQLITE_PATH)}

# The sample shop is a file beside, read for whoever waits for approval.
DATABASE_ROUTERS = ["sellercloudx.sample.Router"]
SAMPLE_SHOP = env.flag("SAMPLE_SHOP", default=True)

# --- Cache and queue -----------------------------------------------------------------------------

REDIS_URL = redis_url_that_answers(
    url=env.str("REDIS_URL", default=""),
    host=env.str("REDIS_HOST", default=""),
    port=env.number("REDIS_PORT", default=6379, most=65535),
    password=env.str("REDIS_PASSWORD", default=""),
)
CACHE_LOCATION = DATABASE_URL or str(DATA_DIR / "cache.db")
if REDIS_URL:
    CACHES = {
        "default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}
    }
else:
    CACHES = {
        "default": {
            "BACKEND": "sellercloudx.lib.table_cache.TableCache",
            "LOCATION": CACHE_LOCATION,
        }
    }
# What protects logins is counted in the database always: an emptied Redis forgives nobody.
CACHES["guard"] = {
    "BACKEND": "sellercloudx.lib.table_cache.TableCache",
    "LOCATION": CACHE_LOCATION,
    "KEY_PREFIX": "guard",
}
RATELIMIT_USE_CACHE = "guard"
# Our table cache counts atomically; django-ratelimit only knows a list of names. The two of
# security ask for subdomains and preload, which HSTS_SUBDOMAINS decides.
SILENCED_SYSTEM_CHECKS = [
    *("django_ratelimit.W001", "django_ratelimit.E003"),
    *("security.W005", "security.W021"),
]

HUEY = queue_settings(
    key=crypto.derive_key(SECRET_KEY, purpose="queue"),
    workers=WORKER_THREADS,
    redis_url=REDIS_URL,
    database_url=DATABASE_URL,
    data_dir=DATA_DIR,
)

# A dead worker's lease runs out after this. A call made under one is broken off before that:
# leases.longest_call().
LEASE_SECONDS = env.number("LEASE_SECONDS", default=20)

# --- People --------------------------------------------------------------------------------------

AUTH_USER_MODEL = "partners.User"
AUTHENTICATION_BACKENDS = ["sellercloudx.visitor.Backend"]
LOGIN_URL = "partners:login"
LOGIN_REDIRECT_URL = "pages:overview"
LOGOUT_REDIRECT_URL = "pages:home"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.BCryptSHA256PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}Validator"}
    for name in ("UserAttributeSimilarity", "MinimumLength", "CommonPassword", "NumericPassword")
]
AUTH_PASSWORD_VALIDATORS += [{"NAME": "partners.passwords.NotOnlySpacesValidator"}]
# Whether our own people type a code of their phone after the password.
STAFF_OTP = env.flag("STAFF_OTP", default=IS_PRODUCTION)
# Seconds that the link in a letter opens the page for a new password.
PASSWORD_RESET_TIMEOUT = 3600
# Production without an address sends no mail and says so; a laptop prints it to the log.
EMAIL_URL = env.str("EMAIL_URL", default="") or ("" if IS_PRODUCTION else "consolemail://")
IS_MAIL_ON = bool(EMAIL_URL)
EMAIL_TIMEOUT = 10
try:
    vars().update(postal.settings_from(EMAIL_URL, sends=IS_PRODUCTION, timeout=EMAIL_TIMEOUT))
except ValueError as error:
    raise ImproperlyConfigured(f"EMAIL_URL cannot be used: {error}") from error
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="SellerCloudX <noreply@sellercloudx.uz>")

# --- Telegram ------------------------------------------------------------------------------------

# Without a token there is no bot, and pages say so.
TELEGRAM_BOT_TOKEN = env.str("TELEGRAM_BOT_TOKEN", default="").strip()
TELEGRAM_API_URL = env.str("TELEGRAM_API_URL", default="https://api.telegram.org").rstrip("/")
if TELEGRAM_BOT_TOKEN and not re.fullmatch(r"\d+:[\w-]+", TELEGRAM_BOT_TOKEN):
    raise ImproperlyConfigured("TELEGRAM_BOT_TOKEN is not a token of BotFather: 123456:letters.")
# What Telegram says in a header of each call, so that we know it is Telegram.
TELEGRAM_WEBHOOK_SECRET = (
    env.str("TELEGRAM_WEBHOOK_SECRET", default="")
    or crypto.derive_key(SECRET_KEY, purpose="telegram-webhook").hex()
)
if not re.fullmatch(r"[\w-]{1,256}", TELEGRAM_WEBHOOK_SECRET, re.ASCII):
    raise ImproperlyConfigured("TELEGRAM_WEBHOOK_SECRET may have letters, digits, _ and - alone.")
# Telegram calls only https; elsewhere the worker asks for news.
IS_TELEGRAM_POLLED = bool(TELEGRAM_BOT_TOKEN) and not PUBLIC_URL.startswith("https://")

# Named in the terms that a seller accepts: the country of the database. ISO 3166 code.
STORAGE_COUNTRY = production.storage_country(
    env.str("STORAGE_COUNTRY", default=""),
    region=env.str("RAILWAY_REPLICA_REGION", default=""),
    otherwise="" if IS_PRODUCTION else "UZ",
)

# The first admin, made by migrate while there is none.
ADMIN_EMAIL = env.str("ADMIN_EMAIL", default="")
ADMIN_PASSWORD = env.str("ADMIN_PASSWORD", default="")

# --- Browser security ----------------------------------------------------------------------------

SESSION_ENGINE = "sellercloudx.lib.sessions"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = IS_PRODUCTION
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
# Without a proxy that overwrites it anybody could write it.
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if IS_PRODUCTION and IS_BEHIND_PROXY else None
)
SECURE_SSL_REDIRECT = IS_PRODUCTION
SECURE_REDIRECT_EXEMPT = [r"^health$"]
# Who asks /metrics says it; without one there is no such page.
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
SECURE_HSTS_SECONDS = 365 * 24 * 3600 if IS_PRODUCTION else 0
# Other sites under our domain may speak plain http; only their owner can say that none does.
HSTS_SUBDOMAINS = env.flag("HSTS_SUBDOMAINS", default=False) and IS_PRODUCTION
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = HSTS_SUBDOMAINS
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = content_policy.POLICY
# A longer body is refused unread: Django spools a file of any size to disk before it asks a view.
# Up to here a photo over its own limit is explained beside its field.
LARGEST_BODY = 20 * 1024 * 1024
DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

# --- Language, time ------------------------------------------------------------------------------

LANGUAGE_CODE = "uz"
LANGUAGES = [("uz", _("Uzbek")), ("ru", _("Russian")), ("en", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
TIME_ZONE = "Asia/Tashkent"
USE_TZ = True
# Numbers are grouped by our own filters; Django would group ids in addresses too.
USE_THOUSAND_SEPARATOR = False

# --- Static files --------------------------------------------------------------------------------

STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "sellercloudx.static_files.PackageFinder",
]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Maps of scripts are large, and only developers' tools ask for them.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
MEDIA_ROOT = DATA_DIR / "media"
# Without one the contents of pictures are rows like everything else.
try:
    MEDIA_BUCKET = bucket_from(env.str("MEDIA_S3_URL", default=""))
except ValueError as error:
    raise ImproperlyConfigured(f"MEDIA_S3_URL cannot be read: {error}.") from None

# --- Logs ----------------------------------------------------------------------------------------

# Errors are sent there, scrubbed; nothing of it is loaded without.
SENTRY_DSN = errors.sentry_address(env.str("SENTRY_DSN", default=""))
LOG_FORMAT = env.choice("LOG_FORMAT", ("json", "line"), default="json" if IS_PRODUCTION else "line")
LOG_LEVEL = env.choice("LOG_LEVEL", logs.LEVELS, default="INFO")
LOGGING = logs.configuration(as_json=LOG_FORMAT == "json", level=LOG_LEVEL)

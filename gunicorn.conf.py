"""How the pages are served, on a laptop and on Railway. Everything comes from the settings."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sellercloudx.settings")

from sellercloudx.lib.variables import settings_or_end  # noqa: E402

settings = settings_or_end()

# Behind Railway's proxy we are asked from outside the container; a laptop answers itself only.
host = "0.0.0.0" if settings.IS_PRODUCTION else "127.0.0.1"  # noqa: S104
bind = f"{host}:{settings.PORT}"
worker_class = "sellercloudx.lib.web_worker.WebWorker"
workers = settings.WEB_CONCURRENCY
threads = settings.WEB_THREADS
preload_app = True
# A request waits for one marketplace answer at most; the worker does everything long.
timeout = 60
graceful_timeout = 20
control_socket_disable = True

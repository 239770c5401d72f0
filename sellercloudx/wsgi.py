import os

from django.core.wsgi import get_wsgi_application
from django.urls import resolve

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sellercloudx.settings")
pages = get_wsgi_application()

from sellercloudx import health  # noqa: E402  its tables are there only now

# The pages are loaded once and shared by all web processes, and before anybody is told we are well.
resolve(health.PATH)
application = health.AnsweredFirst(pages)

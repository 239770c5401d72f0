"""The real settings for real processes, without gathering the static files first."""

from sellercloudx.settings import *  # noqa: F403
from sellercloudx.settings import STORAGES

STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"

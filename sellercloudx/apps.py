from django.apps import AppConfig, apps
from django.conf import settings
from django.db.backends.signals import connection_created
from django.db.models.signals import post_migrate

from sellercloudx.lib import database


def create_queue_tables(**kwargs) -> None:
    """Huey's own tables beside ours; made by migrate so that importing tasks needs no database."""
    from huey.contrib.djhuey import HUEY

    if hasattr(HUEY.storage, "initialize_schema"):
        HUEY.storage.initialize_schema()


class SellerCloudXConfig(AppConfig):
    name = "sellercloudx"

    def ready(self) -> None:
        from sellercloudx import checks  # noqa: F401  registers them
        from sellercloudx.staff_groups import make_groups

        if settings.SENTRY_DSN:
            from sellercloudx.errors import report_to

            report_to(settings.SENTRY_DSN)
        # Sent for those with tables of their own only, which this one has not.
        post_migrate.connect(create_queue_tables, sender=apps.get_app_config("partners"))
        # After the last app, when all permissions exist.
        post_migrate.connect(make_groups, sender=list(apps.get_app_configs())[-1])
        connection_created.connect(database.watch)

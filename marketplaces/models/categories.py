from django.db import models
from django.utils.translation import gettext_lazy as _


class RemoteCategory(models.Model):
    """A leaf of a marketplace's category tree, with the path that leads to it. Shared by all."""

    marketplace = models.CharField(max_length=20)
    external_id = models.CharField(max_length=40)
    name = models.CharField(_("name"), max_length=255)
    path = models.CharField(_("path"), max_length=1000)
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "remote_categories"
        verbose_name = _("marketplace category")
        verbose_name_plural = _("marketplace categories")
        constraints = [
            models.UniqueConstraint(
                fields=["marketplace", "external_id"], name="remote_categories_once"
            ),
        ]

    def __str__(self):
        return self.path


class RemoteAttributes(models.Model):
    """The characteristics of one category, as the marketplace last described them."""

    category = models.OneToOneField(RemoteCategory, models.CASCADE, related_name="attributes")
    # A list of connectors.remote.Attribute.
    items = models.JSONField(default=list)
    fetched_at = models.DateTimeField()

    class Meta:
        db_table = "remote_attributes"
        verbose_name = _("characteristics of a category")
        verbose_name_plural = _("characteristics of categories")

    def __str__(self):
        return str(self.category)

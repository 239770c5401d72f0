from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet


class StoredFile(models.Model):
    """A file by its content, in the database: shared by web and worker, survives a redeploy."""

    partner = models.ForeignKey("partners.Partner", models.CASCADE, related_name="files")
    sha256 = models.CharField(max_length=64)
    content_type = models.CharField(_("type"), max_length=100)
    content = models.BinaryField()
    size = models.PositiveIntegerField(_("bytes"))
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    # Card pictures are fetched by marketplaces without a cookie, at a permanent address.
    is_public = models.BooleanField(default=False)
    created_at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "stored_files"
        verbose_name = _("stored file")
        verbose_name_plural = _("stored files")
        constraints = [
            models.UniqueConstraint(fields=["partner", "sha256"], name="stored_files_once"),
        ]
        indexes = [
            # /i/<sha256>.jpg
            models.Index(
                fields=["sha256"],
                condition=models.Q(is_public=True),
                name="stored_files_public_idx",
            ),
        ]

    def __str__(self):
        return self.sha256[:12]

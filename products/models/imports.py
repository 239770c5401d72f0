from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner, StoredFile, User
from partners.scoping import PartnerScopedQuerySet


class ProductImport(models.Model):
    """A table of products that somebody sent; the same bytes again are the same row."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="+")
    sha256 = models.CharField(max_length=64)
    name = models.CharField(_("name of the file"), max_length=120)
    # Empty once it has been kept long enough.
    file = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    uploaded_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(_("uploaded"))
    # Read to its end: what it says of pieces is counted, and is not counted once more.
    imported_at = models.DateTimeField(_("imported"), null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "product_imports"
        verbose_name = _("import of products")
        verbose_name_plural = _("imports of products")
        constraints = [
            models.UniqueConstraint(fields=["partner", "sha256"], name="product_imports_once"),
        ]
        indexes = [
            # Retention: whose file has been kept long enough.
            models.Index(
                fields=["uploaded_at"],
                condition=models.Q(file__isnull=False),
                name="product_imports_kept_idx",
            ),
        ]

    def __str__(self):
        return self.name

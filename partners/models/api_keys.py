from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet

from .people import Partner, User


class ApiKeyQuerySet(PartnerScopedQuerySet):
    def live(self):
        """Those that still open something."""
        return self.filter(
            Q(expires_at=None) | Q(expires_at__gt=Now()),
            revoked_at=None,
        )


class ApiKey(models.Model):
    """A key by which a partner's own programs read its data. The key itself is not kept."""

    class Scope(models.TextChoices):
        PRODUCTS = "products:read", _("Products")
        STOCK = "stock:read", _("Stock")
        PRICES = "prices:read", _("Prices")
        ORDERS = "orders:read", _("Orders, without buyers")
        ANALYTICS = "analytics:read", _("Analytics")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="api_keys")
    name = models.CharField(_("name"), max_length=80)
    # The beginning, by which people tell their keys apart.
    prefix = models.CharField(max_length=12)
    # SHA-256: the key is 256 random bits, so nobody guesses it from a fast hash.
    digest = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    expires_at = models.DateTimeField(_("expires"), null=True)
    # Written once a minute at most.
    last_used_at = models.DateTimeField(_("last used"), null=True)
    revoked_at = models.DateTimeField(_("revoked"), null=True)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        db_table = "api_keys"
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at=None) | Q(expires_at__gt=F("created_at")),
                name="api_keys_expire_after_they_are_made",
            ),
        ]
        indexes = [
            # The page of a partner's keys, newest first.
            models.Index(fields=["partner", "-id"], name="api_keys_partner_idx"),
        ]

    def __str__(self):
        return f"{self.name} ({self.prefix}…)"

    @property
    def is_live(self) -> bool:
        is_over = self.expires_at is not None and self.expires_at <= timezone.now()
        return self.revoked_at is None and not is_over

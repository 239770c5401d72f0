import json
import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib import crypto


class ConnectionQuerySet(PartnerScopedQuerySet):
    def working(self):
        """Those the worker may speak for: a usable key and an approved partner."""
        return self.filter(state__in=Connection.WORKING, partner__state=Partner.State.APPROVED)

    def shown(self):
        return self.exclude(state=Connection.State.DISCONNECTED)


class Connection(models.Model):
    """A partner's shop on one marketplace, with the key that opens it."""

    class State(models.TextChoices):
        UNTESTED = "untested", _("Not tested")
        ACTIVE = "active", _("Active")
        DEGRADED = "degraded", _("Slowed down")
        PARKED = "parked", _("Key refused")
        DISCONNECTED = "disconnected", _("Disconnected")

    WORKING = (State.ACTIVE, State.DEGRADED)

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="connections")
    # The identity the encrypted key is bound to; known before the row has a number.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    marketplace = models.CharField(_("marketplace"), max_length=20)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UNTESTED)
    # The account on their side (Yandex: the campaign); empty until a shop is chosen.
    account = models.CharField(_("account"), max_length=60, blank=True)
    name = models.CharField(_("shop"), max_length=160, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    secret = models.BinaryField(editable=False)
    # What Test connection saw: scopes, businesses, shops. Holds no secret.
    seen = models.JSONField(default=dict)
    # Where the marketplace says when its key ends.
    key_expires_at = models.DateTimeField(null=True)
    is_sandbox = models.BooleanField(default=False)
    # Everything is done but the sending: what would be sent is kept as intents.
    is_rehearsal = models.BooleanField(_("rehearsal"), default=False)
    # Orders cancelled, stock emptied, cards taken down: so many a day, then the owner is asked.
    destructive_cap = models.PositiveIntegerField(_("most destructive actions a day"), default=200)
    # What went wrong last: our kind and reason; the marketplace's own code and words.
    error_kind = models.CharField(max_length=12, blank=True)
    error_reason = models.CharField(max_length=20, blank=True)
    error_code = models.CharField(max_length=60, blank=True)
    error_message = models.CharField(max_length=500, blank=True)
    tested_at = models.DateTimeField(null=True)
    # The last part of the address for its notifications; nothing: none are taken.
    news_token = models.CharField(max_length=64, null=True, unique=True, editable=False)  # noqa: DJ001
    # The last time one came.
    notified_at = models.DateTimeField(_("last notification"), null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Who may send for this connection now; the token grows with every lease (fencing).
    lease_token = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)

    objects = ConnectionQuerySet.as_manager()

    class Meta:
        db_table = "marketplace_integrations"
        verbose_name = _("marketplace connection")
        verbose_name_plural = _("marketplace connections")
        constraints = [
            # One row for a shop in every state: orders, listings and figures hang on it, so a shop
            # that comes back must find them. Only a sandbox may have the same number as a shop.
            models.UniqueConstraint(
                fields=["partner", "marketplace", "is_sandbox", "account"],
                condition=~Q(account=""),
                name="marketplace_integrations_account_once",
            ),
            models.UniqueConstraint(
                fields=["partner", "marketplace"],
                condition=Q(account="", state="untested"),
                name="marketplace_integrations_unfinished_once",
            ),
        ]

    def __str__(self):
        return f"{self.marketplace} · {self.name or self.account}"

    @property
    def secret_context(self) -> str:
        return f"marketplace_integrations:{self.uid}:secret"

    @property
    def credentials(self) -> dict[str, str]:
        return json.loads(crypto.decrypt(self.secret, context=self.secret_context))

    @credentials.setter
    def credentials(self, value: dict[str, str]) -> None:
        self.secret = self.encrypted(value)

    def encrypted(self, credentials: dict[str, str]) -> bytes:
        return crypto.encrypt(json.dumps(credentials), context=self.secret_context)


class Stream(models.Model):
    """One kind of news of one connection, and how far we have read it."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="streams")
    name = models.CharField(max_length=20)
    cursor = models.DateTimeField(null=True)
    due_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True)
    succeeded_at = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    error_kind = models.CharField(max_length=12, blank=True)
    error_reason = models.CharField(max_length=20, blank=True)
    error_message = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "streams"
        verbose_name = _("stream of a shop")
        verbose_name_plural = _("streams of shops")
        constraints = [
            models.UniqueConstraint(fields=["connection", "name"], name="streams_once"),
        ]
        indexes = [
            # The clock: which polls are due.
            models.Index(fields=["due_at"], name="streams_due_idx"),
        ]

    def __str__(self):
        return f"{self.connection_id}: {self.name}"

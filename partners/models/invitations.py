import base64
import hashlib
import secrets

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from partners.models.people import Member
from partners.scoping import PartnerScopedQuerySet


def new_nonce() -> str:
    return secrets.token_hex(16)


def hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


class InvitationQuerySet(PartnerScopedQuerySet):
    def open(self) -> "InvitationQuerySet":
        return self.filter(used_at=None, revoked_at=None, expires_at__gt=timezone.now())


class Invitation(models.Model):
    """A link that makes whoever opens it first a member. The row alone does not tell the link."""

    partner = models.ForeignKey("partners.Partner", models.CASCADE, related_name="invitations")
    role = models.CharField(_("role"), max_length=10, choices=Member.Role.choices)
    email = models.EmailField(_("email"), blank=True)
    note = models.CharField(_("for whom"), max_length=120, blank=True)
    language = models.CharField(_("language"), max_length=5, default="uz")
    # The link is made of this and of the server's secret, so that the mail can be sent later.
    nonce = models.CharField(max_length=32, default=new_nonce, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_by = models.ForeignKey("partners.User", models.CASCADE, related_name="+")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)
    used_by = models.ForeignKey("partners.User", models.SET_NULL, null=True, related_name="+")
    revoked_at = models.DateTimeField(_("revoked"), null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        db_table = "invitations"
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.CheckConstraint(
                condition=Q(role__in=["owner", "manager", "operator", "viewer"]),
                name="invitations_role_known",
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None),
                name="invitations_used_or_revoked",
            ),
        ]
        indexes = [
            # The open ones on the team's page.
            models.Index(fields=["partner", "-id"], name="invitations_partner_idx"),
        ]

    def __str__(self):
        return f"{self.role} → {self.partner_id}"

    def save(self, *args, **kwargs):
        self.token_hash = self.token_hash or hash_of(self.token)
        super().save(*args, **kwargs)

    @property
    def token(self) -> str:
        made = salted_hmac("partners.invitation", self.nonce, algorithm="sha256").digest()
        return base64.urlsafe_b64encode(made).decode().rstrip("=")

    @property
    def path(self) -> str:
        return reverse("partners:join", args=[self.token])

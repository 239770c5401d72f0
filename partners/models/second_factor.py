"""What our own people prove besides the password."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from sellercloudx.lib import crypto

from .people import User


class TotpDevice(Device):
    """The phone that shows somebody's codes. There is a row once a code of it was typed.

    Our own and not django-otp's: that one keeps the secret as plain hex.
    """

    user = models.OneToOneField(User, models.CASCADE, related_name="totp_device")
    # Named by nobody, and never a row before it is confirmed.
    name = None
    confirmed = True
    secret = models.BinaryField(editable=False)
    # Of the last code taken, in steps of 30 s since 1970: only newer ones are taken after it.
    last_step = models.BigIntegerField()
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = models.Manager()

    class Meta:
        db_table = "totp_devices"
        verbose_name = _("second step")
        verbose_name_plural = _("second steps")

    def __str__(self):
        return str(self.user)

    @property
    def secret_context(self) -> str:
        return f"totp_devices:{self.user_id}:secret"

    @property
    def key(self) -> str:
        """Base32, as the app on the phone knows it."""
        return crypto.decrypt(self.secret, context=self.secret_context)

    @key.setter
    def key(self, value: str) -> None:
        self.secret = crypto.encrypt(value, context=self.secret_context)


class RecoveryCode(models.Model):
    """Lets somebody in once without the phone. The code itself is not kept.

    Not django-otp's static tokens: those are kept as they are typed.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField(_("used"), null=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        db_table = "recovery_codes"
        verbose_name = _("recovery code")
        verbose_name_plural = _("recovery codes")
        constraints = [
            # Also serves the search for a code that was typed.
            models.UniqueConstraint(fields=["user", "digest"], name="recovery_codes_once"),
        ]

    def __str__(self):
        return str(self.user)

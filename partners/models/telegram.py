import secrets

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet


class TelegramLink(models.Model):
    """A person's own chat with our bot."""

    class State(models.TextChoices):
        ACTIVE = "active", _("Linked")
        # They sent the bot away, or their Telegram is gone.
        BLOCKED = "blocked", _("Bot blocked")

    user = models.OneToOneField(
        "partners.User", models.CASCADE, related_name="telegram", verbose_name=_("user")
    )
    chat_id = models.BigIntegerField(_("chat"), unique=True)
    username = models.CharField(_("name in Telegram"), max_length=64, blank=True)
    state = models.CharField(_("state"), max_length=8, choices=State.choices, default=State.ACTIVE)
    linked_at = models.DateTimeField(_("linked"))

    class Meta:
        db_table = "telegram_links"
        verbose_name = _("Telegram link")
        verbose_name_plural = _("Telegram links")
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["active", "blocked"]), name="telegram_links_state_known"
            ),
        ]

    def __str__(self):
        return f"@{self.username}" if self.username else str(self.get_state_display())

    @property
    def is_active(self) -> bool:
        return self.state == self.State.ACTIVE


class TelegramCode(models.Model):
    """Makes the chat that sends it somebody's, once. The row does not tell the code."""

    user = models.ForeignKey("partners.User", models.CASCADE, related_name="telegram_codes")
    code_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)

    class Meta:
        db_table = "telegram_codes"
        verbose_name = _("Telegram code")
        verbose_name_plural = _("Telegram codes")

    def __str__(self):
        return f"{self.pk}"


class TelegramUpdate(models.Model):
    """Something the bot was told; its contents are forgotten as soon as it is dealt with."""

    # Their numbers begin anew with another bot.
    bot_id = models.BigIntegerField()
    update_id = models.BigIntegerField()
    payload = models.JSONField(default=dict)
    received_at = models.DateTimeField(_("at"), auto_now_add=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    handled_at = models.DateTimeField(_("done"), null=True)

    class Meta:
        db_table = "telegram_updates"
        verbose_name = _("Telegram update")
        verbose_name_plural = _("Telegram updates")
        constraints = [
            models.UniqueConstraint(fields=["bot_id", "update_id"], name="telegram_updates_once"),
        ]
        indexes = [
            # What a worker that died, or a silent Telegram, has left.
            models.Index(
                fields=["due_at"], condition=Q(handled_at=None), name="telegram_updates_due_idx"
            ),
        ]

    def __str__(self):
        return f"{self.update_id}"


def new_token() -> str:
    return secrets.token_urlsafe(24)


class TelegramButton(models.Model):
    """A button under one message to one person; it acts once."""

    # What Telegram hands back when it is pressed: says nothing of what it does.
    token = models.CharField(max_length=64, unique=True, default=new_token, editable=False)
    notification = models.ForeignKey(
        "partners.Notification", models.CASCADE, related_name="buttons"
    )
    user = models.ForeignKey("partners.User", models.CASCADE, related_name="+")
    partner = models.ForeignKey("partners.Partner", models.CASCADE, related_name="+")
    action = models.CharField(_("action"), max_length=40)
    target = models.CharField(_("about"), max_length=40)
    expires_at = models.DateTimeField(_("expires"))
    used_at = models.DateTimeField(_("used"), null=True)
    # Telegram's number of the press that it was used by.
    press = models.CharField(max_length=64, blank=True)
    # What came of it, in the words of who pressed.
    outcome = models.CharField(_("outcome"), max_length=300, blank=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "telegram_buttons"
        verbose_name = _("Telegram button")
        verbose_name_plural = _("Telegram buttons")
        constraints = [
            models.UniqueConstraint(
                fields=["notification", "action"], name="telegram_buttons_once"
            ),
        ]

    def __str__(self):
        return f"{self.action} {self.target}"

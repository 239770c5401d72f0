from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models.deliveries import Delivery


class Topic(models.TextChoices):
    """What a notification is about, as a person chooses; each kind has one."""

    NEW_ORDER = "new_order", _("New orders and what becomes of them")
    DEADLINE = "deadline", _("Shipping deadline near")
    LOW_STOCK = "low_stock", _("Stock runs out")
    LISTING_ERROR = "listing_error", _("Card, price or stock refused")
    PRICE_QUARANTINE = "price_quarantine", _("Price held back")
    PRICE_PROPOSAL = "price_proposal", _("Price no longer earns enough")
    REVIEW = "review", _("Reviews and questions of buyers")
    SYNC_TROUBLE = "sync_trouble", _("Trouble with a marketplace")
    KEY_EXPIRING = "key_expiring", _("Key runs out")
    APPROVAL = "approval", _("Applications and decisions")
    CHAT = "chat", _("Messages of the support")
    REPORT_READY = "report_ready", _("Reports and long work done")
    REMOTE_ACCESS = "remote_access", _("Remote access")
    TEAM = "team", _("Team")
    REFERRAL = "referral", _("Invited partners")
    TAX = "tax", _("Taxes and the limit of turnover")
    EVENING = "evening", _("Summary of the day")
    ACCOUNT = "account", _("Security of your account")


class NoticeChoice(models.Model):
    """How a person wants to be told of a topic, where it is not the way everybody begins with."""

    class Mode(models.TextChoices):
        AT_ONCE = "at_once", _("At once")
        DIGEST = "digest", _("In the evening")
        OFF = "off", _("Off")

    user = models.ForeignKey("partners.User", models.CASCADE, related_name="notice_choices")
    topic = models.CharField(_("about"), max_length=20, choices=Topic.choices)
    channel = models.CharField(_("channel"), max_length=8, choices=Delivery.Channel.choices)
    mode = models.CharField(_("when"), max_length=8, choices=Mode.choices)

    class Meta:
        db_table = "notice_choices"
        verbose_name = _("choice of notifications")
        verbose_name_plural = _("choices of notifications")
        constraints = [
            models.UniqueConstraint(
                fields=["user", "topic", "channel"], name="notice_choices_once"
            ),
            models.CheckConstraint(
                condition=Q(mode__in=["at_once", "digest", "off"]), name="notice_choices_mode_known"
            ),
            models.CheckConstraint(
                condition=~Q(topic="account"), name="notice_choices_not_of_security"
            ),
        ]

    def __str__(self):
        return f"{self.user_id} {self.topic} {self.channel}: {self.mode}"

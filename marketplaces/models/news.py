from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from .connections import Connection


class NotifiedOrder(models.Model):
    """An order that a marketplace says has changed, until it has been asked for."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="notified_orders")
    external_id = models.CharField(_("number"), max_length=60)
    # The last time it was told of.
    told_at = models.DateTimeField(_("told"), default=timezone.now)

    class Meta:
        db_table = "notified_orders"
        verbose_name = _("order told of")
        verbose_name_plural = _("orders told of")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "external_id"], name="notified_orders_once"
            ),
        ]

    def __str__(self):
        return self.external_id


class ReplayedDay(models.Model):
    """The orders of a day there and here, compared once. Rows are only ever added."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="replayed_days")
    day = models.DateField(_("day"))
    # Orders made on that day: how many they have, and how many of those had not reached us.
    there = models.PositiveIntegerField(_("orders there"))
    missing = models.PositiveIntegerField(_("were missing here"))
    # Of ours, those that they do not list.
    unlisted = models.PositiveIntegerField(_("not listed there"))
    read_at = models.DateTimeField(_("read"), default=timezone.now)

    class Meta:
        db_table = "replayed_days"
        verbose_name = _("day read again")
        verbose_name_plural = _("days read again")
        constraints = [
            models.CheckConstraint(
                condition=Q(missing__lte=models.F("there")), name="replayed_days_missing_are_there"
            ),
        ]
        indexes = [
            # A shop's page: what was compared last.
            models.Index(fields=["connection", "-id"], name="replayed_days_newest_idx"),
        ]

    def __str__(self):
        return f"{self.connection_id}: {self.day}"

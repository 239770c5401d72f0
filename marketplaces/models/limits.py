from django.db import models
from django.utils.translation import gettext_lazy as _

from .connections import Connection


class Lease(models.Model):
    """The right to do something alone for a few seconds, across all processes."""

    name = models.CharField(max_length=60, primary_key=True)
    token = models.BigIntegerField(default=0)
    until = models.DateTimeField()
    # The last time its work was done: the worker's heartbeat on /health.
    beaten_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "leases"
        verbose_name = _("worker lease")
        verbose_name_plural = _("worker leases")

    def __str__(self):
        return self.name


class RateBudget(models.Model):
    """Calls spent lately by one account in one method group. Never kept in Redis."""

    account = models.CharField(max_length=120)
    group = models.CharField(max_length=40)
    # How many calls in which slice of time: {"number of the slice": calls}. See budgets.
    spent = models.JSONField(default=dict)
    # Grows with every change: of two that read the same one writes.
    version = models.BigIntegerField(default=0)
    # Set by the marketplace's own answer: nothing is sent before.
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "rate_budgets"
        verbose_name = _("rate budget")
        verbose_name_plural = _("rate budgets")
        constraints = [
            models.UniqueConstraint(fields=["account", "group"], name="rate_budgets_once"),
        ]

    def __str__(self):
        return f"{self.account} {self.group}"


class CallSlot(models.Model):
    """One of the few calls an account may have under way at once, in all processes together."""

    account = models.CharField(max_length=120)
    number = models.PositiveSmallIntegerField()
    held_until = models.DateTimeField()

    class Meta:
        db_table = "call_slots"
        verbose_name = _("call slot")
        verbose_name_plural = _("call slots")
        constraints = [
            models.UniqueConstraint(fields=["account", "number"], name="call_slots_once"),
        ]

    def __str__(self):
        return f"{self.account} #{self.number}"


class Breaker(models.Model):
    """Stands between us and an account that does not answer; shared by all workers."""

    connection = models.OneToOneField(
        Connection, models.CASCADE, primary_key=True, related_name="breaker"
    )
    # In a row, since anything was answered.
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    # Not asked any more since then, but for one try now and then; the next one may be made at:
    opened_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)
    # When it was last answered after trouble.
    recovered_at = models.DateTimeField(null=True)
    error_kind = models.CharField(max_length=12, blank=True)
    error_reason = models.CharField(max_length=20, blank=True)
    error_message = models.CharField(max_length=500, blank=True)

    class Meta:
        db_table = "breakers"
        verbose_name = _("breaker of a shop")
        verbose_name_plural = _("breakers of shops")
        indexes = [
            # The clock: who may be tried now.
            models.Index(
                fields=["probe_at"],
                condition=models.Q(opened_at__isnull=False),
                name="breakers_open_idx",
            ),
        ]

    def __str__(self):
        return f"breaker of {self.connection_id}"


class DestructiveDay(models.Model):
    """How many actions that take something away were let out for a shop on one day."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="+")
    # By Tashkent's calendar.
    day = models.DateField()
    used = models.PositiveIntegerField(default=0)

    class Meta:
        db_table = "destructive_days"
        verbose_name = _("day of destructive actions")
        verbose_name_plural = _("days of destructive actions")
        constraints = [
            models.UniqueConstraint(fields=["connection", "day"], name="destructive_days_once"),
        ]

    def __str__(self):
        return f"{self.connection_id} {self.day}"

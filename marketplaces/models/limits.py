from django.db import models
from django.utils.translation import gettext_lazy as _


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
    """Calls spent in the running window of one account and method group. Never kept in Redis."""

    account = models.CharField(max_length=120)
    group = models.CharField(max_length=40)
    window_start = models.DateTimeField()
    used = models.PositiveIntegerField(default=0)
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

from django.db import models
from django.utils.translation import gettext_lazy as _

from .connections import Connection


class UnreadableRow(models.Model):
    """A row of an answer we could not read: how it looked, without its words, until we can."""

    connection = models.ForeignKey(Connection, models.CASCADE, related_name="unreadable_rows")
    # What it is one of: "orders", "prices_held".
    of = models.CharField(max_length=20)
    # Its number on their side; empty where that could not be read either.
    key = models.CharField(max_length=80, blank=True)
    reason = models.CharField(max_length=300)
    shape = models.JSONField(default=dict)
    first_seen_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "unreadable_rows"
        verbose_name = _("unreadable row")
        verbose_name_plural = _("unreadable rows")
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "of", "key"], name="unreadable_rows_once"
            ),
        ]

    def __str__(self):
        return f"{self.of} {self.key}"

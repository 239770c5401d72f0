"""History: rows are added, and never changed or taken away."""

from django.db import models

from partners.scoping import PartnerScopedQuerySet


class HistoryIsKept(Exception):
    """Somebody tried to change or delete what has happened."""


class AppendOnlyQuerySet(PartnerScopedQuerySet):
    def update(self, **kwargs):
        raise HistoryIsKept

    def delete(self):
        raise HistoryIsKept

    def bulk_update(self, *args, **kwargs):
        raise HistoryIsKept

    def bulk_create(self, *args, update_conflicts=False, **kwargs):
        if update_conflicts:
            raise HistoryIsKept
        return super().bulk_create(*args, **kwargs)


class AppendOnly(models.Model):
    objects = AppendOnlyQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, **kwargs):
        if not self._state.adding:
            raise HistoryIsKept
        # Without it Django first tries to update the row of that number.
        super().save(**(kwargs | {"force_insert": True}))

    def delete(self, *args, **kwargs):
        raise HistoryIsKept

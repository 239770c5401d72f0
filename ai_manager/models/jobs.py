from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet
from products.models import Listing


class CardJob(models.Model):
    """A card to be made. The row is the truth; a worker that dies leaves it to the next."""

    class State(models.TextChoices):
        DUE = "due", _("Waiting for its turn")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="card_jobs")
    listing = models.ForeignKey(Listing, models.PROTECT, related_name="card_jobs")
    state = models.CharField(max_length=8, choices=State.choices, default=State.DUE)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    lease_token = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    error = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "card_jobs"
        verbose_name = _("card job")
        verbose_name_plural = _("card jobs")
        constraints = [
            models.UniqueConstraint(
                fields=["listing"], condition=Q(state="due"), name="card_jobs_one_due"
            ),
        ]
        indexes = [
            # The worker's clock.
            models.Index(fields=["due_at"], condition=Q(state="due"), name="card_jobs_due_idx"),
        ]

    def __str__(self):
        return f"№ {self.pk} → {self.listing_id}"

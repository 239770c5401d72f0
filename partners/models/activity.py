from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet

from .files import StoredFile


class Activity(models.Model):
    """Long work for a partner. The row is the truth; a worker that dies leaves it to the next."""

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting for its turn")
        RUNNING = "running", _("Under way")
        DONE = "done", _("Done")
        FAILED = "failed", _("Failed")
        CANCELLED = "cancelled", _("Cancelled")

    OPEN = (State.QUEUED, State.RUNNING)

    partner = models.ForeignKey("partners.Partner", models.PROTECT, related_name="activities")
    # A key of wiring.ACTIVITIES.
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(_("what was asked for"), default=dict)
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    # Steps of it; how many there are is known once it has begun.
    done = models.PositiveIntegerField(_("steps done"), default=0)
    total = models.PositiveIntegerField(_("steps in all"), null=True)
    cancel_requested = models.BooleanField(default=False)
    result = models.ForeignKey(StoredFile, models.PROTECT, null=True, related_name="+")
    result_name = models.CharField(_("name of the file"), max_length=120, blank=True)
    # A key of activity_kinds.TROUBLES: why it failed.
    error = models.CharField(max_length=40, blank=True)
    started_by = models.ForeignKey("partners.User", models.PROTECT, related_name="+")
    # The form's own number: a second click starts nothing.
    submission = models.UUIDField()
    attempts = models.PositiveSmallIntegerField(default=0)
    lease_token = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(_("begun"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "activities"
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        constraints = [
            models.UniqueConstraint(
                fields=["partner", "submission"], name="activities_submitted_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["queued", "running"], ended_at=None)
                | Q(state__in=["done", "failed", "cancelled"], ended_at__isnull=False),
                name="activities_ended_or_open",
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(started_at__isnull=False),
                name="activities_running_has_begun",
            ),
            models.CheckConstraint(
                condition=Q(total=None) | Q(done__lte=F("total")),
                name="activities_done_within_total",
            ),
            models.CheckConstraint(
                condition=Q(result=None) | Q(state="done"), name="activities_result_of_done"
            ),
            models.CheckConstraint(
                condition=(Q(state="failed") & ~Q(error="")) | (~Q(state="failed") & Q(error="")),
                name="activities_failed_says_why",
            ),
        ]
        indexes = [
            # A partner's list, newest first.
            models.Index(fields=["partner", "-id"], name="activities_list_idx"),
            # The worker's clock, and how many of a partner's are open.
            models.Index(
                fields=["id"],
                condition=Q(state__in=["queued", "running"]),
                name="activities_open_idx",
            ),
            # Retention: whose file has been kept long enough.
            models.Index(
                fields=["ended_at"],
                condition=Q(result__isnull=False),
                name="activities_kept_idx",
            ),
            # Retention: which ended so long ago that they are forgotten.
            models.Index(
                fields=["ended_at"],
                condition=Q(ended_at__isnull=False),
                name="activities_ended_idx",
            ),
        ]

    def __str__(self):
        return f"{self.kind} № {self.pk}"

    @property
    def is_open(self) -> bool:
        return self.state in self.OPEN


class ActivityItem(models.Model):
    """What became of one thing of long work; written in the transaction that did it.

    Whoever takes the work up leaves these alone. Rows are added, and forgotten after a time.
    """

    class Outcome(models.TextChoices):
        PUBLISHED = "published", _("Published")
        CREATED = "created", _("Created")
        UPDATED = "updated", _("Changed")
        UNCHANGED = "unchanged", _("Nothing to change")
        SKIPPED = "skipped", _("Left out")
        REJECTED = "rejected", _("Not taken")

    # What the seller has to look at.
    LEFT = (Outcome.SKIPPED, Outcome.REJECTED)

    activity = models.ForeignKey(
        Activity, models.CASCADE, verbose_name=_("activity"), related_name="items"
    )
    # Its number among what was asked for: the row of a file, or the place in the choice.
    position = models.PositiveIntegerField(_("place"))
    title = models.CharField(_("name"), max_length=300)
    url = models.CharField(_("address"), max_length=200, blank=True)
    outcome = models.CharField(_("what became of it"), max_length=10, choices=Outcome.choices)
    # ["Set a price."], in the language of whoever started the work.
    reasons = models.JSONField(_("why"), default=list)

    class Meta:
        db_table = "activity_items"
        verbose_name = _("step of an activity")
        verbose_name_plural = _("steps of activities")
        constraints = [
            models.UniqueConstraint(
                fields=["activity", "position"], name="activity_items_done_once"
            ),
        ]

    def __str__(self):
        return f"{self.position}: {self.outcome}"

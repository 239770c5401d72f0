from django.db import models
from django.utils.translation import gettext_lazy as _

from partners.models import Partner
from partners.scoping import PartnerScopedQuerySet


class AiUsageLog(models.Model):
    """One attempt at one provider, written before its answer is judged. Only ever added."""

    partner = models.ForeignKey(Partner, models.PROTECT, related_name="ai_usage")
    task = models.CharField(_("task"), max_length=40)
    object_type = models.CharField(max_length=40)
    object_id = models.CharField(max_length=40)
    request_group = models.UUIDField()
    attempt = models.PositiveSmallIntegerField()
    provider = models.CharField(_("provider"), max_length=20)
    model_requested = models.CharField(max_length=80)
    model_returned = models.CharField(_("model"), max_length=80, blank=True)
    prompt_id = models.CharField(max_length=40)
    prompt_version = models.CharField(max_length=20)
    provider_request_id = models.CharField(max_length=120, blank=True)
    # answered, or the class of error.
    outcome = models.CharField(_("outcome"), max_length=30)
    input_tokens = models.PositiveIntegerField(null=True)
    cached_input_tokens = models.PositiveIntegerField(null=True)
    output_tokens = models.PositiveIntegerField(null=True)
    # Millionths of a US dollar; NULL where the price of the model is not known.
    cost_micro_usd = models.BigIntegerField(_("cost"), null=True)
    cost_source = models.CharField(max_length=40, blank=True)
    latency_ms = models.PositiveIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "ai_usage_logs"
        verbose_name = _("AI usage record")
        verbose_name_plural = _("AI usage records")
        indexes = [
            # What AI cost a partner, newest first.
            models.Index(fields=["partner", "-id"], name="ai_usage_logs_partner_idx"),
            models.Index(fields=["request_group"], name="ai_usage_logs_group_idx"),
        ]

    def __str__(self):
        return f"{self.provider} {self.outcome}"


class AiErrorLog(models.Model):
    """Why an attempt failed, in words without secrets or personal data."""

    usage = models.ForeignKey(AiUsageLog, models.PROTECT, related_name="errors")
    partner = models.ForeignKey(Partner, models.PROTECT, related_name="ai_errors")
    error_class = models.CharField(max_length=30)
    http_status = models.PositiveSmallIntegerField(null=True)
    message = models.CharField(max_length=500)
    # What helped in the end: fallback, repair, rules or none.
    resolved_by = models.CharField(max_length=20, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "ai_error_logs"
        verbose_name = _("AI error record")
        verbose_name_plural = _("AI error records")
        indexes = [
            # A partner's AI errors, newest first.
            models.Index(fields=["partner", "-id"], name="ai_error_logs_partner_idx"),
        ]

    def __str__(self):
        return f"{self.error_class}: {self.message}"

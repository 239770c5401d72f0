"""Writes down every attempt: before its answer is judged, and outside any transaction."""

import uuid
from dataclasses import dataclass

from django.utils import timezone

from ai_manager.models import AiErrorLog, AiUsageLog
from ai_manager.providers import prices
from ai_manager.providers.base import (
    Answer,
    AuthFailed,
    BadRequest,
    Prompt,
    ProviderError,
    QuotaExhausted,
)
from partners.models import Partner
from partners.services import notices
from sellercloudx.lib.redact import scrub

ANSWERED = "answered"
LONGEST_MESSAGE = 500
# Kind of notice -> what only we can mend: our account there, or our question.
FOR_STAFF = {
    "ai_provider_refused": (AuthFailed, QuotaExhausted),
    "ai_request_refused": (BadRequest,),
}


@dataclass(frozen=True)
class Purpose:
    """For whom and for what providers are asked."""

    partner: Partner
    task: str
    object_type: str
    object_id: str


class Ledger:
    """The rows of one chain of attempts, joined by `group`."""

    def __init__(self, purpose: Purpose, prompt: Prompt):
        self.purpose, self.prompt = purpose, prompt
        self.group = uuid.uuid4()
        self._attempts = 0

    def answered(self, provider: str, model: str, answer: Answer, *, seconds: float) -> AiUsageLog:
        returned = answer.model or model
        micro_usd, source = prices.cost(provider=provider, model=returned, usage=answer.usage)
        return self._write(
            provider,
            model,
            seconds,
            outcome=ANSWERED,
            model_returned=returned[:80],
            provider_request_id=answer.request_id[:120],
            input_tokens=answer.usage.input,
            cached_input_tokens=answer.usage.cached,
            output_tokens=answer.usage.output,
            cost_micro_usd=micro_usd,
            cost_source=source,
        )

    def failed(self, provider: str, model: str, error: ProviderError, *, seconds: float) -> None:
        usage = self._write(
            provider,
            model,
            seconds,
            outcome=type(error).__name__,
            provider_request_id=error.request_id[:120],
            cost_source=prices.UNKNOWN,
        )
        self.error(usage, error)
        for kind, classes in FOR_STAFF.items():
            if isinstance(error, classes):
                self._tell_staff(kind, provider, error)

    def error(self, usage: AiUsageLog, error: ProviderError) -> None:
        AiErrorLog.objects.create(
            usage=usage,
            partner=self.purpose.partner,
            error_class=type(error).__name__,
            http_status=error.status,
            message=scrub(error.message)[:LONGEST_MESSAGE],
        )

    def settle(self, *, helped_by: str) -> None:
        """Say of every error of the chain what helped in the end."""
        AiErrorLog.objects.filter(usage__request_group=self.group, resolved_by="").update(
            resolved_by=helped_by
        )

    def _write(self, provider: str, model: str, seconds: float, **fields: object) -> AiUsageLog:
        self._attempts += 1
        return AiUsageLog.objects.create(
            partner=self.purpose.partner,
            task=self.purpose.task,
            object_type=self.purpose.object_type,
            object_id=self.purpose.object_id,
            request_group=self.group,
            attempt=self._attempts,
            provider=provider,
            model_requested=model[:80],
            prompt_id=self.prompt.id,
            prompt_version=self.prompt.version,
            latency_ms=round(seconds * 1000),
            **fields,
        )

    def _tell_staff(self, kind: str, provider: str, error: ProviderError) -> None:
        """Once a day for each reason: nobody but us can mend it."""
        notices.notify_staff(
            kind=kind,
            data={"provider": provider, "reason": scrub(error.message)[:200]},
            url="/admin-panel/ai/",
            dedupe=f"ai:{provider}:{error.word}:{timezone.localdate()}",
        )

"""Anthropic, by the Messages API with a JSON schema for the answer."""

from typing import Any

from django.conf import settings

from ai_manager.providers.base import Answer, NotConfigured, Prompt, Usage
from ai_manager.providers.deadline import NO_RETRIES, Deadline
from ai_manager.providers.failures import looks_wrong, translated, well_formed
from sellercloudx.lib import tls


class Anthropic:
    name = "anthropic"

    def is_configured(self) -> bool:
        return bool(settings.ANTHROPIC_API_KEY)

    def model(self) -> str:
        return settings.ANTHROPIC_TEXT_MODEL

    def ask(self, prompt: Prompt, *, seconds: float) -> Answer:
        if not self.is_configured():
            raise NotConfigured
        with Deadline(seconds) as deadline:
            return _answer(self._call(prompt, deadline))

    def _call(self, prompt: Prompt, deadline: Deadline) -> Any:
        # Two seconds and a hundred megabytes: only a process that asks pays for the import.
        import anthropic

        key = settings.ANTHROPIC_API_KEY
        with (
            anthropic.Anthropic(
                api_key=key,
                base_url=settings.ANTHROPIC_BASE_URL,
                max_retries=NO_RETRIES,
                http_client=anthropic.DefaultHttpxClient(
                    verify=tls.trusted(), event_hooks=deadline.hooks
                ),
            ) as client,
            translated(anthropic, deadline, key=key),
        ):
            return client.messages.create(**self._request(prompt))

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        return {
            "model": self.model(),
            "max_tokens": prompt.most_tokens,
            "system": prompt.system,
            "messages": [{"role": "user", "content": prompt.user}],
            "output_config": {"format": {"type": "json_schema", "schema": prompt.schema}},
        }


@well_formed()
def _answer(message: Any) -> Answer:
    # The SDK hands over whatever came with 200, an HTML page too.
    content = getattr(message, "content", None)
    if not isinstance(content, list):
        raise looks_wrong(type(message).__name__)
    return Answer(
        text="".join(block.text for block in content if block.type == "text"),
        model=str(message.model or ""),
        request_id=message._request_id or "",
        usage=_usage(message.usage),
        is_refusal=message.stop_reason == "refusal",
        is_cut=message.stop_reason in ("max_tokens", "model_context_window_exceeded"),
    )


def _usage(usage: Any) -> Usage:
    """Their `input_tokens` leaves out what was cached; ours holds everything."""
    if usage is None:
        return Usage()
    cached = usage.cache_read_input_tokens or 0
    written = usage.cache_creation_input_tokens or 0
    return Usage(usage.input_tokens + cached + written, cached, usage.output_tokens)

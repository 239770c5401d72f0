"""OpenAI, by the Responses API with structured output."""

from typing import Any

from django.conf import settings

from ai_manager.providers.base import Answer, NotConfigured, Prompt, Usage
from ai_manager.providers.deadline import NO_RETRIES, Deadline
from ai_manager.providers.failures import looks_wrong, translated, well_formed
from sellercloudx.lib import tls


class OpenAI:
    name = "openai"

    def is_configured(self) -> bool:
        return bool(settings.OPENAI_API_KEY)

    def model(self) -> str:
        return settings.OPENAI_TEXT_MODEL

    def ask(self, prompt: Prompt, *, seconds: float) -> Answer:
        if not self.is_configured():
            raise NotConfigured
        with Deadline(seconds) as deadline:
            return _answer(self._call(prompt, deadline))

    def _call(self, prompt: Prompt, deadline: Deadline) -> Any:
        # Two seconds and a hundred megabytes: only a process that asks pays for the import.
        import openai

        key = settings.OPENAI_API_KEY
        with (
            openai.OpenAI(
                api_key=key,
                base_url=settings.OPENAI_BASE_URL,
                max_retries=NO_RETRIES,
                http_client=openai.DefaultHttpxClient(
                    verify=tls.trusted(), event_hooks=deadline.hooks
                ),
            ) as client,
            translated(openai, deadline, key=key),
        ):
            return client.responses.create(**self._request(prompt))

    def _request(self, prompt: Prompt) -> dict[str, Any]:
        return {
            "model": self.model(),
            "instructions": prompt.system,
            "input": prompt.user,
            "max_output_tokens": prompt.most_tokens,
            "store": False,
            "text": {
                "format": {
                    "type": "json_schema",
                    "name": prompt.id,
                    "schema": prompt.schema,
                    "strict": True,
                }
            },
        }


@well_formed()
def _answer(response: Any) -> Answer:
    # The SDK hands over whatever came with 200, an HTML page too.
    output = getattr(response, "output", None)
    if not isinstance(output, list):
        raise looks_wrong(type(response).__name__)
    parts = [part for item in output for part in (getattr(item, "content", None) or [])]
    refusals = [part.refusal for part in parts if part.type == "refusal"]
    texts = [part.text for part in parts if part.type == "output_text"]
    return Answer(
        text="".join(refusals or texts),
        model=str(response.model or ""),
        request_id=response._request_id or "",
        usage=_usage(response.usage),
        is_refusal=bool(refusals),
        is_cut=response.status == "incomplete",
    )


def _usage(usage: Any) -> Usage:
    if usage is None:
        return Usage()
    details = getattr(usage, "input_tokens_details", None)
    return Usage(usage.input_tokens, getattr(details, "cached_tokens", None), usage.output_tokens)

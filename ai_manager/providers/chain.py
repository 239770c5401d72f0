"""Asks one provider after the other until one gives an answer that stands."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar
from uuid import UUID

from ai_manager.providers.anthropic import Anthropic
from ai_manager.providers.base import (
    Answer,
    InvalidOutput,
    OutOfTime,
    Prompt,
    Provider,
    ProviderError,
    Refused,
)
from ai_manager.providers.ledger import Ledger, Purpose
from ai_manager.providers.openai import OpenAI
from sellercloudx.lib.redact import scrub

T = TypeVar("T")
# In this order, those with a key.
PROVIDERS: tuple[Provider, ...] = (OpenAI(), Anthropic())
ATTEMPT_SECONDS = 45.0
CHAIN_SECONDS = 60.0
# With less time left than this nobody is asked any more.
LEAST_SECONDS = 3.0
LONGEST_QUOTE = 6000
MOST_VIOLATIONS = 20


@dataclass(frozen=True)
class Outcome(Generic[T]):
    """What the chain came to. `value` is None where no provider helped."""

    value: T | None = None
    provider: str = ""
    model: str = ""
    # ["openai: timeout"], in the words of providers.base.
    failed_attempts: list[str] = field(default_factory=list)
    group: UUID | None = None


def configured() -> list[Provider]:
    return [provider for provider in PROVIDERS if provider.is_configured()]


class Chain(Generic[T]):
    """One question to whoever answers it. `judge` turns a text into a value or says no."""

    def __init__(self, prompt: Prompt, purpose: Purpose, *, judge: Callable[[str], T]):
        self.prompt, self.judge = prompt, judge
        self.ledger = Ledger(purpose, prompt)
        self._ends = time.monotonic() + CHAIN_SECONDS

    def run(self, providers: Sequence[Provider]) -> Outcome[T]:
        failed: list[str] = []
        for provider in providers:
            try:
                answer, value = self._ask_and_mend(provider)
            except ProviderError as error:
                failed.append(f"{provider.name}: {error.word}")
                if not error.falls_on:
                    break
            else:
                self.ledger.settle(helped_by="fallback" if failed else "repair")
                model = answer.model or provider.model()
                return Outcome(value, provider.name, model, failed, self.ledger.group)
        self.ledger.settle(helped_by="rules")
        return Outcome(failed_attempts=failed, group=self.ledger.group if failed else None)

    def _ask_and_mend(self, provider: Provider) -> tuple[Answer, T]:
        """An answer, or after one that does not stand, a second try with what was wrong."""
        try:
            return self._ask_again_once(provider, self.prompt)
        except InvalidOutput as error:
            return self._ask_again_once(provider, _repairing(self.prompt, error))

    def _ask_again_once(self, provider: Provider, prompt: Prompt) -> tuple[Answer, T]:
        """Once more where a provider only stumbled, as long as there is time."""
        try:
            return self._ask(provider, prompt)
        except ProviderError as error:
            if error.again_in is None or error.again_in + LEAST_SECONDS > self._left():
                raise
            time.sleep(error.again_in)
        return self._ask(provider, prompt)

    def _left(self) -> float:
        return self._ends - time.monotonic()

    def _ask(self, provider: Provider, prompt: Prompt) -> tuple[Answer, T]:
        """Every attempt is written down before its answer is judged: it is paid for either way."""
        started = time.monotonic()
        left = self._left()
        if left < LEAST_SECONDS:
            raise OutOfTime
        try:
            answer = provider.ask(prompt, seconds=min(ATTEMPT_SECONDS, left))
        except ProviderError as error:
            spent = time.monotonic() - started
            self.ledger.failed(provider.name, provider.model(), error, seconds=spent)
            raise
        spent = time.monotonic() - started
        usage = self.ledger.answered(provider.name, provider.model(), answer, seconds=spent)
        try:
            return answer, self._judged(answer)
        except ProviderError as error:
            self.ledger.error(usage, error)
            raise

    def _judged(self, answer: Answer) -> T:
        if answer.is_refusal:
            raise Refused(scrub(answer.text)[:200])
        if answer.is_cut:
            raise InvalidOutput("the answer is too long and was cut off")
        try:
            return self.judge(answer.text)
        except InvalidOutput as error:
            error.text = answer.text
            raise


def _repairing(prompt: Prompt, error: InvalidOutput) -> Prompt:
    """The same question with the answer that does not stand, and what is wrong with it."""
    wrong = "\n".join(f"- {violation}" for violation in error.violations[:MOST_VIOLATIONS])
    # Quoted as data: it must neither close a tag of ours nor open one.
    quoted = error.text[:LONGEST_QUOTE].replace("<", "‹")
    return replace(
        prompt,
        user=f"{prompt.user}\n\nYour previous answer was:\n{quoted}\n\n"
        f"It cannot be used. Write the whole answer again without these mistakes:\n{wrong}",
    )

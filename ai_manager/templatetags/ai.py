"""What AI costs and how its attempts end, in words: `{% load ai %}`."""

from decimal import Decimal

from django import template
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ai_manager.services.problems import PROVIDERS
from sellercloudx.lib import formats

register = template.Library()

OUTCOMES = {
    "answered": gettext_lazy("answered"),
    "AuthFailed": gettext_lazy("key refused"),
    "QuotaExhausted": gettext_lazy("money used up"),
    "RateLimited": gettext_lazy("too many requests"),
    "Timeout": gettext_lazy("no answer in time"),
    "Unavailable": gettext_lazy("not available"),
    "BadRequest": gettext_lazy("did not take our request"),
    "Refused": gettext_lazy("declined to answer"),
    "InvalidOutput": gettext_lazy("did not pass our checks"),
}
HELP = {
    "fallback": gettext_lazy("the next provider helped"),
    "repair": gettext_lazy("a second try helped"),
    "rules": gettext_lazy("made by rules"),
    "": gettext_lazy("not settled yet"),
}


@register.filter
def dollars(cost: Decimal | None) -> str:
    """Four decimals: a card costs fractions of a cent."""
    return _("unknown") if cost is None else f"{formats.number(cost, places=4)} $"


@register.filter
def provider_name(provider: str) -> str:
    return PROVIDERS.get(provider, provider)


@register.filter
def outcome_words(outcome: str) -> str:
    return str(OUTCOMES.get(outcome, outcome))


@register.filter
def help_words(resolved_by: str) -> str:
    return str(HELP.get(resolved_by, resolved_by))

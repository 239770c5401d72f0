"""What an operator should hear at start."""

import os

from django.conf import settings
from django.core.checks import Info, register
from django.core.checks import Warning as CheckWarning

# What production does without a variable that it can do without.
OPTIONAL = {
    "DATABASE_URL": "everything is kept in the file of SQLITE_PATH, which must outlast deploys",
    "OPENAI_API_KEY": "card texts are written by Anthropic alone, or by rules where it has no key",
    "ANTHROPIC_API_KEY": "card texts are written by OpenAI alone, or by rules where it has no key",
    "REPLICATE_API_KEY": "Replicate makes no pictures",
    "IDEOGRAM_API_KEY": "Ideogram makes no pictures",
    "NODE_ENV": "RAILWAY_ENVIRONMENT says that this is production",
    "RAILWAY_ENVIRONMENT": "the caller's address is taken from the connection, not from X-Real-IP",
    "PORT": "the pages are served at 3000",
    "REDIS_URL": "Redis is looked for at REDIS_HOST, and without that the database does its work",
    "REDIS_HOST": "Redis is found by REDIS_URL, and without that the database does its work",
    "REDIS_PORT": "6379 is taken where there is no REDIS_URL",
    "REDIS_PASSWORD": "Redis is asked without one where there is no REDIS_URL",
}


@register()
def field_keys(app_configs, **kwargs):
    if settings.FIELD_KEYS_ARE_DERIVED:
        return [
            CheckWarning(
                "FIELD_KEYS is not set: marketplace keys are encrypted with a key derived from "
                "SESSION_SECRET, so changing that secret makes them unreadable.",
                hint="Set FIELD_KEYS to base64 of 32 random bytes.",
                id="sellercloudx.W001",
            )
        ]
    return []


@register()
def second_step(app_configs, **kwargs):
    if settings.STAFF_OTP or not settings.IS_PRODUCTION:
        return []
    return [
        CheckWarning(
            "STAFF_OTP is off: a stolen password of one of our people opens every partner's data.",
            hint="Remove the variable, and they set up the second step at their next login.",
            id="sellercloudx.W005",
        )
    ]


@register()
def storage_country(app_configs, **kwargs):
    if settings.STORAGE_COUNTRY:
        return []
    return [
        CheckWarning(
            "STORAGE_COUNTRY is not set, so the terms that sellers accept name no country.",
            hint="Set it to the two-letter code of the country of the database, such as UZ or NL.",
            id="sellercloudx.W002",
        )
    ]


@register()
def mail(app_configs, **kwargs):
    if settings.IS_MAIL_ON:
        return []
    return [
        CheckWarning(
            "EMAIL_URL is not set, so no mail is sent: people are told in the app only.",
            hint="Set it to a provider's, such as brevo://KEY@. See docs/deploy-railway.md.",
            id="sellercloudx.W003",
        )
    ]


@register()
def public_address(app_configs, **kwargs):
    if not settings.IS_PRODUCTION or settings.PUBLIC_URL != settings.LOCAL_URL:
        return []
    return [
        CheckWarning(
            "PUBLIC_URL is not set and Railway names no domain: links in mails lead nowhere, and "
            "marketplaces cannot fetch the pictures of cards.",
            hint="Give the service a domain, or set PUBLIC_URL to the one it has.",
            id="sellercloudx.W004",
        )
    ]


@register()
def proxy(app_configs, **kwargs):
    if not settings.IS_PRODUCTION or settings.IS_BEHIND_PROXY:
        return []
    return [
        CheckWarning(
            "BEHIND_PROXY is off: nobody is believed who says that a page was asked by https, so "
            "every page leads to https again and again, and callers are counted as one address.",
            hint="Set it to true where a proxy speaks https for us and overwrites "
            "X-Forwarded-Proto and X-Real-IP.",
            id="sellercloudx.W006",
        )
    ]


@register()
def optional_variables(app_configs, **kwargs):
    """So that an operator who forgot one reads what it means, and nobody else is bothered."""
    if not settings.IS_PRODUCTION:
        return []
    lines = [
        f"{name} is not set: {then}." for name, then in OPTIONAL.items() if name not in os.environ
    ]
    return [Info("\n".join(lines), id="sellercloudx.I001")] if lines else []

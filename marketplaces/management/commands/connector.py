"""The operator's probe: one verb of one connector, printed as JSON."""

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import httpx
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from pydantic import TypeAdapter, ValidationError
from pydantic_core import to_jsonable_python

from marketplaces.connectors.base import Capability, Connector
from marketplaces.connectors.errors import MarketplaceError
from marketplaces.connectors.registry import CONNECTORS, connector_class, open_connector
from sellercloudx.lib.redact import scrub

WRITES = (
    Capability.CONFIRM_ORDER,
    Capability.SHIP,
    Capability.CANCEL_ORDER,
    Capability.PUBLISH_CARDS,
    Capability.PUSH_STOCKS,
    Capability.PUSH_PRICES,
    Capability.CONFIRM_PRICES,
)


class Unsent(httpx.BaseTransport):
    """Keeps what would have been sent, and agrees to it."""

    def __init__(self) -> None:
        self.requests: list[dict[str, Any]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content) if request.content else None
        self.requests.append({"method": request.method, "url": str(request.url), "body": body})
        return httpx.Response(200, json={"status": "OK"})


class Command(BaseCommand):
    # It needs no database and no pages, and must work when those do not.
    requires_system_checks = ()
    help = "Calls one verb of a marketplace connector and prints what happened as JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", nargs="?", help="which marketplace")
        parser.add_argument("verb", nargs="?", help="one of the verbs that --list shows")
        parser.add_argument("--list", action="store_true", help="slugs and what each supports")
        parser.add_argument("--credentials", default="{}", help="JSON, or @FILE holding it")
        parser.add_argument("--url", help="instead of the address in the settings")
        parser.add_argument("--input", help="file of JSON: the verb's arguments by name")
        parser.add_argument("--dry-run", action="store_true", help="print a write, send nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["list"]:
            self._print({slug: _supported(connector_class(slug)) for slug in CONNECTORS})
            return
        cls, verb = _chosen(options["slug"], options["verb"])
        credentials = _credentials(options["credentials"])
        arguments = _arguments(cls, verb, options["input"])
        is_dry = options["dry_run"] and verb in WRITES
        if not is_dry and _has_price(verb, arguments):
            raise CommandError("A price goes out by the outbox and its guard: add --dry-run.")
        unsent = Unsent() if is_dry else None
        base_url = options["url"] or settings.MARKETPLACE_URLS[cls.slug]
        connector = open_connector(cls.slug, credentials, base_url=base_url, transport=unsent)
        with connector:
            result, error = _run(connector, verb, arguments)
        report = {
            "result": None if is_dry else result,
            "requests": unsent.requests if unsent else list(connector.http.exchanges),
            "error": error,
        }
        self._print(report, *cls.secrets(credentials))
        if error:
            raise SystemExit(1)

    def _print(self, value: Any, *secrets: str) -> None:
        data = to_jsonable_python(value, bytes_mode="base64")
        text = json.dumps(data, ensure_ascii=False, indent=2)
        # Once more over everything: an answer may repeat the key it was given.
        for secret in secrets:
            text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], "***")
        self.stdout.write(text)


def _supported(cls: type[Connector]) -> dict[str, bool]:
    return {verb.value: cls.supports(verb) for verb in Capability}


def _chosen(slug: str | None, verb: str | None) -> tuple[type[Connector], Capability]:
    if slug not in CONNECTORS:
        raise CommandError(f"Say which marketplace: {', '.join(CONNECTORS)}.")
    try:
        return connector_class(slug), Capability(verb or "")
    except ValueError:
        raise CommandError(f"Say what to do: {', '.join(Capability)}.") from None


def _credentials(given: str) -> dict[str, str]:
    try:
        text = Path(given[1:]).read_text() if given.startswith("@") else given
        return TypeAdapter(dict[str, str]).validate_json(text)
    except (OSError, ValidationError):
        # The text itself is not repeated: it may be the key.
        raise CommandError("--credentials is not a JSON object of texts.") from None


def _arguments(cls: type[Connector], verb: Capability, path: str | None) -> dict[str, Any]:
    hints = get_type_hints(getattr(cls, verb.value))
    hints.pop("return", None)
    try:
        given = json.loads(Path(path).read_text()) if path else {}
        arguments = {
            name: TypeAdapter(hints[name]).validate_python(value) for name, value in given.items()
        }
    except KeyError as error:
        raise CommandError(f"{verb} knows no {error}, only: {', '.join(hints)}.") from None
    except (OSError, ValueError, AttributeError) as error:
        raise CommandError(f"--input cannot be read: {error}") from None
    try:
        inspect.signature(getattr(cls, verb.value)).bind(None, **arguments)
    except TypeError as error:
        raise CommandError(f"{verb}: {error}; give it in --input.") from None
    return arguments


def _has_price(verb: Capability, arguments: dict[str, Any]) -> bool:
    """Whether the call would set a price at a marketplace."""
    is_card_with_price = any(card.price for card in arguments.get("cards", ()))
    return verb == Capability.PUSH_PRICES or is_card_with_price


def _run(
    connector: Connector, verb: Capability, arguments: dict[str, Any]
) -> tuple[Any, dict[str, Any] | None]:
    """What the verb gave, as far as it came, and what ended it."""
    result: Any = None
    try:
        result = getattr(connector, verb.value)(**arguments)
        if isinstance(result, Iterator):
            rows, result = result, []
            for row in rows:
                result.append(row)
    except MarketplaceError as error:
        return result, {
            "kind": error.kind,
            "type": type(error).__name__,
            "code": error.code,
            "message": scrub(error.message),
            "operation": error.operation,
            "retry_after": error.retry_after,
        }
    return result, None

"""What Yandex Market's word on one item comes to. Pure functions, no network."""

import re
from collections.abc import Iterable
from dataclasses import replace

from marketplaces.connectors import remote

# The document names no code for a SKU that the catalogue does not hold.
NOT_KNOWN = re.compile(r"(?i)not[ _]found|unknown|не\s+найден|нет в каталоге")


def with_uzbek(card: remote.ItemResult, uzbek: remote.ItemResult) -> remote.ItemResult:
    said = uzbek.warnings if uzbek.ok else (uzbek.message or uzbek.code, *uzbek.warnings)
    return replace(card, warnings=(*card.warnings, *(f"UZ: {words}" for words in said)))


def refused(results: Iterable[remote.ItemResult]) -> list[remote.ItemResult]:
    return [result for result in results if not result.ok]


def known_or_not(result: remote.ItemResult) -> remote.ItemResult:
    said = f"{result.code} {result.message}"
    return replace(result, is_unknown=not result.ok and NOT_KNOWN.search(said) is not None)

"""A code for a product that a person can read on a box."""

import itertools
import re

from partners.models import Partner
from products.models import Product
from sellercloudx.lib.text import fold

_WORDS = re.compile(r"[a-z0-9]+")
LONGEST = 28
NAMELESS = "TOVAR"


def from_name(name: str) -> str:
    """«Чайник Пахта, 1 л» -> CHAYNIK-PAXTA-1-L, whole words only."""
    code = ""
    for word in _WORDS.findall(fold(name)):
        longer = f"{code}-{word}" if code else word[:LONGEST]
        if len(longer) > LONGEST:
            break
        code = longer
    return code.upper() or NAMELESS


def free_sku(*, partner: Partner, name: str) -> str:
    """The code of the name, or the first of CODE-2, CODE-3 ... that the partner does not use."""
    code = from_name(name)
    used = set(
        Product.objects.for_partner(partner)
        .filter(sku__startswith=code)
        .values_list("sku", flat=True)
    )
    tries = itertools.chain([code], (f"{code}-{number}" for number in itertools.count(2)))
    return next(sku for sku in tries if sku not in used)

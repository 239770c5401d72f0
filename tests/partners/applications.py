"""What a seller types into the registration form."""

import itertools

_number = itertools.count(301_000_000)
PASSWORD = "Paxta-choynak-1966"


def typed(**changes) -> dict[str, str]:
    number = next(_number)
    return {
        "first_name": "Gʻulom",
        "last_name": "Oʻrinboyev",
        "phone": f"90 {number % 10**7:07d}",
        "email": f"seller{number}@example.uz",
        "password": PASSWORD,
        "company_name": "«Yulduz savdo» MChJ",
        "legal_form": "company",
        "tax_id": str(number),
        "referral_code": "",
        "accept_terms": "on",
    } | changes

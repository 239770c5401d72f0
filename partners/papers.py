"""The numbers that papers bear here: what can be told of them without asking anybody.

Only what a public source says: of an INN and of an MFO that is their length, and the key of a bank
account (its ninth digit) is reckoned by rules that the Central Bank does not publish.
"""

from datetime import date

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

# A PINFL is century and sex, ddmmyy, three digits of the district, three in turn, one to check:
# the scheme of machine-readable documents (ICAO 9303), as PINFL checkers published by others have
# it (pinfl_utilities_parser on GitHub, read on 26 Nov 2026).
CENTURIES = {"1": 1800, "2": 1800, "3": 1900, "4": 1900, "5": 2000, "6": 2000}
WEIGHTS = (7, 3, 1)
# Customers' money stands among the liabilities of a bank, which are the second class of the chart
# of accounts; then the currency, where 000 is the soʻm and the others are as in ISO 4217.
LIABILITIES = "2"
CURRENCIES = frozenset(
    ("000", "036", "124", "156", "208", "356", "392", "398", "410", "417", "498", "578", "643")
    + ("702", "752", "756", "784", "826", "840", "933", "934", "944", "949", "972", "978", "980")
    + ("981", "985")
)


def must_be_given_out(number: str) -> None:
    if len(set(number)) == 1:
        raise ValidationError(_("No such number is given out. Copy it from your papers."))


def must_be_pinfl(number: str) -> None:
    """14 digits that begin with a century and a day of birth."""
    must_be_given_out(number)
    if number[0] not in CENTURIES:
        raise ValidationError(_("A PINFL begins with a digit from 1 to 6. Check the digits."))
    if not _was_born(number):
        raise ValidationError(
            _("Digits 2 to 7 of a PINFL are the day of birth, such as 050690. Check the digits.")
        )


def must_check_out(pinfl: str) -> None:
    """The last digit is reckoned from the others."""
    if check_digit(pinfl[:-1]) != pinfl[-1]:
        raise ValidationError(_("One digit of the PINFL is wrong. Copy it from your passport."))


def check_digit(digits: str) -> str:
    total = sum(int(digit) * WEIGHTS[at % 3] for at, digit in enumerate(digits))
    return str(total % 10)


def must_be_account(number: str) -> None:
    """20 digits: five of the balance account, three of the currency, the key and the client."""
    must_be_given_out(number)
    if number[0] != LIABILITIES:
        raise ValidationError(_("A customer's account begins with 2. Check the digits."))
    if number[5:8] not in CURRENCIES:
        raise ValidationError(
            _("Digits 6 to 8 of an account are its currency, 000 for soʻm. Check the digits.")
        )


def _was_born(pinfl: str) -> bool:
    """Whether its day is one of the calendar, and not one to come."""
    day, month, year = (int(pinfl[at : at + 2]) for at in (1, 3, 5))
    try:
        return date(CENTURIES[pinfl[0]] + year, month, day) <= timezone.localdate()
    except ValueError:
        return False

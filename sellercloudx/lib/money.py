"""Money: exact amounts beside their currency, stored as whole minor units."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import DecimalValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 12


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in major units with at most two decimals, and its ISO 4217 currency."""

    amount: Decimal
    currency: str

    def __add__(self, other: "Money") -> "Money":
        if other.currency != self.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be added")
        return Money(self.amount + other.amount, self.currency)


def round_money(amount: Decimal) -> Decimal:
    """Round half up to two decimals, as invoices do."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def to_minor(amount: Decimal) -> int:
    """Whole minor units (tiyin, kopeck, cent); ValueError when digits would be lost."""
    minor = amount * 100
    if minor != minor.to_integral_value():
        raise ValueError(f"{amount} has more than two decimals")
    return int(minor)


def in_groups(amount: Decimal) -> str:
    """As it stands within a sentence of any language: 1 240 000, 99.50."""
    text = f"{amount:,.2f}".removesuffix(".00")
    return text.replace(",", "\u00a0").replace("-", "\u2212")


class MoneyField(models.BigIntegerField):
    """A Decimal in Python, a BIGINT of minor units in the database.

    SQLite keeps a DecimalField as a floating number and loses kopecks; whole numbers are exact in
    both databases and are summed by them.
    """

    # For the type checker: Decimal goes in and comes out, not the stored whole number.
    _pyi_private_set_type: Decimal | None  # type: ignore[assignment]
    _pyi_private_get_type: Decimal  # type: ignore[assignment]
    _pyi_lookup_exact_type: Decimal  # type: ignore[assignment]

    description = "Amount of money"

    @property
    def validators(self) -> list[Any]:
        # BigIntegerField's own bounds are in minor units; these are in major ones.
        return [
            DecimalValidator(15, 2),
            MaxValueValidator(LARGEST),
            MinValueValidator(-LARGEST),
        ]

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Decimal | None:
        return None if value is None else Decimal(int(value)).scaleb(-2)

    def to_python(self, value: Any) -> Decimal | None:
        if value is None or isinstance(value, Decimal):
            return value
        try:
            return Decimal(str(value))
        except ArithmeticError as error:
            raise ValidationError(_("Enter a number.")) from error

    def get_prep_value(self, value: Any) -> int | None:
        amount = self.to_python(value)
        return None if amount is None else to_minor(amount)

    def formfield(self, **kwargs: Any) -> Any:
        return models.Field.formfield(
            self, form_class=forms.DecimalField, max_digits=15, decimal_places=2, **kwargs
        )

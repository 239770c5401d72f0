"""What the state takes of a sale, by law and date."""

from decimal import Decimal

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from sellercloudx.lib.money import MoneyField

from .people import Partner

HUNDRED = Decimal(100)


class TaxRegime(models.Model):
    """How one legal form pays by one base, from a day up to and including another."""

    # Of Partner.TaxBase: a partner chooses the base, the day chooses the row.
    legal_form = models.CharField(_("legal form"), max_length=20, choices=Partner.LegalForm.choices)
    base = models.CharField(_("tax is paid of"), max_length=10, choices=Partner.TaxBase.choices)
    name = models.CharField(_("name"), max_length=120)
    # Hundredths of a percent of the base.
    basis_points = models.PositiveIntegerField(_("hundredths of a percent"))
    turnover_limit = MoneyField(
        _("turnover limit"),
        null=True,
        blank=True,
        help_text=_("Of a calendar year, in soʻm; empty: none."),
    )
    valid_from = models.DateField(_("valid from"))
    valid_to = models.DateField(
        _("valid to"), null=True, blank=True, help_text=_("The last day; empty: until further.")
    )
    source = models.CharField(_("source"), max_length=200)
    as_of = models.DateField(_("date of the source"))

    class Meta:
        db_table = "tax_regimes"
        verbose_name = _("tax regime")
        verbose_name_plural = _("tax regimes")
        constraints = [
            models.CheckConstraint(
                condition=Q(basis_points__lt=10_000), name="tax_regimes_less_than_the_whole"
            ),
            models.CheckConstraint(
                condition=Q(valid_to=None) | Q(valid_to__gte=F("valid_from")),
                name="tax_regimes_end_after_they_begin",
            ),
            models.UniqueConstraint(
                fields=["legal_form", "base", "valid_from"], name="tax_regimes_begin_once"
            ),
            models.UniqueConstraint(
                fields=["legal_form", "base"],
                condition=Q(valid_to=None),
                name="tax_regimes_one_is_open",
            ),
        ]

    def __str__(self):
        of = f"{self.get_base_display()} {Decimal(self.basis_points) / HUNDRED:f} %"
        return f"{of}: {self.get_legal_form_display()}, {self.valid_from}"

    def clean(self):
        """PostgreSQL refuses it, too; there by a trigger, as rows may be changed at once."""
        super().clean()
        if self.valid_from and self._beside().exists():
            raise ValidationError(
                _("Another row of this legal form and base holds on some of these days.")
            )

    def _beside(self) -> "models.QuerySet[TaxRegime]":
        same = TaxRegime.objects.filter(legal_form=self.legal_form, base=self.base)
        later = Q(valid_to=None) | Q(valid_to__gte=self.valid_from)
        sooner = Q(valid_from__lte=self.valid_to) if self.valid_to else Q()
        return same.filter(later, sooner).exclude(pk=self.pk)

    @property
    def rate(self) -> Decimal:
        """Percent of the base."""
        return self.basis_points / HUNDRED

    @property
    def share_of_price(self) -> Decimal:
        """Percent of what the buyer pays: VAT is within the price, 12 of every 112."""
        if self.base == Partner.TaxBase.VAT:
            return round(self.rate * HUNDRED / (HUNDRED + self.rate), 4)
        return self.rate

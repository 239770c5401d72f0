"""What papers ask of a partner beside its name and number."""

import json

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib import crypto

from .people import Partner


class CompanyDetails(models.Model):
    """The particulars of one partner; there is a row once somebody filled them in."""

    # Of a natural person; kept in `secret` and shown masked.
    PAPERS = ("passport", "pinfl")

    partner = models.OneToOneField(
        Partner, models.CASCADE, primary_key=True, related_name="company_details"
    )
    full_name = models.CharField(_("full name"), max_length=160, blank=True)
    certificate_number = models.CharField(_("certificate number"), max_length=40, blank=True)
    certificate_date = models.DateField(_("certificate date"), null=True, blank=True)
    oked = models.CharField(_("OKED"), max_length=5, blank=True)
    director = models.CharField(_("director"), max_length=160, blank=True)
    bank = models.CharField(_("bank"), max_length=160)
    mfo = models.CharField(_("MFO"), max_length=5)
    account_number = models.CharField(_("bank account"), max_length=20)
    address = models.CharField(_("legal address"), max_length=300)
    # Of data/regions.json.
    region = models.CharField(_("region"), max_length=5)
    # Passport and PINFL, encrypted; empty where neither was given.
    secret = models.BinaryField(default=b"", editable=False)
    changed_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "company_details"
        verbose_name = _("company details")
        # The plural is the same word in English; the catalogues tell them apart.
        verbose_name_plural = _("details of companies")
        constraints = [
            models.CheckConstraint(
                condition=Q(certificate_number="", certificate_date=None)
                | (~Q(certificate_number="") & Q(certificate_date__isnull=False)),
                name="company_details_certificate_has_a_date",
            ),
        ]

    def __str__(self):
        return str(self.partner)

    @property
    def secret_context(self) -> str:
        return f"company_details:{self.pk}:secret"

    @property
    def papers(self) -> dict[str, str]:
        """Those that were given, by name."""
        if not self.secret:
            return {}
        return json.loads(crypto.decrypt(self.secret, context=self.secret_context))

    @papers.setter
    def papers(self, value: dict[str, str]) -> None:
        given = {name: number for name, number in value.items() if number}
        text = json.dumps(given)
        self.secret = crypto.encrypt(text, context=self.secret_context) if given else b""

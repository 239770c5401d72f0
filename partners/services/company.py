"""A company's particulars: changed together, audited without passport and PINFL."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from partners import audit
from partners.models import CompanyDetails, Partner, User
from sellercloudx.lib import crypto


def papers_of(details: CompanyDetails | None) -> dict[str, str]:
    """Those that were given; nothing where the key that opens them is lost."""
    try:
        return details.papers if details else {}
    except crypto.CannotDecrypt:
        return {}


def details_of(partner: Partner) -> CompanyDetails | None:
    return CompanyDetails.objects.for_partner(partner).first()


@transaction.atomic
def save_details(
    *,
    partner: Partner,
    by: User,
    details: Mapping[str, str | date],
    papers: Mapping[str, str],
    tax_base: str,
) -> CompanyDetails:
    """All of it as it is from now on; the same once more changes nothing."""
    # Locked, so that of two who save at once the second is compared with the first.
    locked = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    row = details_of(locked) or CompanyDetails(partner=locked)
    before = _plain(row, details) | {"tax_base": locked.tax_base}
    kept = papers_of(row)
    for name, value in details.items():
        setattr(row, name, value)
    given = {name: number for name, number in papers.items() if number}
    if given != kept:
        row.papers = given
    row.save()
    Partner.objects.filter(pk=locked.pk).update(tax_base=tax_base)
    partner.tax_base = tax_base
    after = _plain(row, details) | {"tax_base": tax_base}
    _audit(locked, by, _changes(before, after), _of_papers(kept, given))
    return row


def _plain(row: CompanyDetails, names: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(getattr(row, name) or "") for name in names}


def _changes(before: dict[str, str], after: dict[str, str]) -> dict[str, tuple[str, str]]:
    return {name: (before[name], value) for name, value in after.items() if value != before[name]}


def _of_papers(kept: dict[str, str], given: dict[str, str]) -> dict[str, str]:
    """What became of each, without a digit of it."""
    words = {}
    for name in CompanyDetails.PAPERS:
        old, new = kept.get(name, ""), given.get(name, "")
        if old != new:
            words[name] = "removed" if not new else "replaced" if old else "entered"
    return words


def _audit(
    partner: Partner, by: User, changes: dict[str, tuple[str, str]], papers: dict[str, str]
) -> None:
    if not changes and not papers:
        return
    audit.record(
        "COMPANY_DETAILS_CHANGED",
        partner=partner,
        actor=by,
        entity=partner,
        before={name: old for name, (old, _new) in changes.items()},
        after={name: new for name, (_old, new) in changes.items()} | papers,
    )

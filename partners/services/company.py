"""A company's particulars: changed together, audited without passport and PINFL."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import transaction

from partners import audit
from partners.models import CompanyDetails, Partner, User
from sellercloudx.lib import crypto


class ChangedMeanwhile(Exception):
    """Somebody has saved them since the page was drawn."""


def version_of(partner: Partner, details: CompanyDetails | None) -> str:
    """Names what a page shows, so that what is sent from it replaces nothing newer unseen."""
    moment = details.changed_at.isoformat() if details else "none"
    return f"{moment} {partner.tax_base}"


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
    seen: str | None = None,
) -> CompanyDetails:
    """All of it as it is from now on; the same once more changes nothing.

    Raises ChangedMeanwhile where it is no more as `seen`, the version_of a page that names one.
    """
    # Locked, so that of two who save at once the second is compared with the first.
    locked = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    row = _as_seen(locked, seen) or CompanyDetails(partner=locked)
    before = _plain(row, details) | {"tax_base": locked.tax_base}
    kept = papers_of(row)
    given = {name: number for name, number in papers.items() if number}
    _fill(row, details, given if given != kept else None)
    after = _plain(row, details) | {"tax_base": tax_base}
    changes, of_papers = _changes(before, after), _of_papers(kept, given)
    if changes or of_papers:
        row.save()
        Partner.objects.filter(pk=locked.pk).update(tax_base=tax_base)
        _audit(locked, by, changes, of_papers)
    partner.tax_base = tax_base
    return row


def _as_seen(partner: Partner, seen: str | None) -> CompanyDetails | None:
    known = details_of(partner)
    if seen is not None and seen != version_of(partner, known):
        raise ChangedMeanwhile
    return known


def _fill(
    row: CompanyDetails, details: Mapping[str, str | date], papers: dict[str, str] | None
) -> None:
    for name, value in details.items():
        setattr(row, name, value)
    if papers is not None:
        row.papers = papers


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
    audit.record(
        "COMPANY_DETAILS_CHANGED",
        partner=partner,
        actor=by,
        entity=partner,
        before={name: old for name, (old, _new) in changes.items()},
        after={name: new for name, (_old, new) in changes.items()} | papers,
    )

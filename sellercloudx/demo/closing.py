"""Whatever of the demo came along to production, with a laptop's database, is shut."""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from partners import audit
from partners.models import Member, Partner, User
from partners.services import approval
from sellercloudx.demo import people

WHY = "A shop of the demo: its password is public."


@dataclass(frozen=True)
class Closed:
    people: list[User]
    shops: list[Partner]

    def __str__(self) -> str:
        """In a sentence for whoever runs the command; nothing where nothing was closed."""
        said = []
        if names := [user.email or user.phone or "" for user in self.people]:
            said.append(f"Closed, because the demo's password is public: {', '.join(names)}.")
        if shops := [partner.company_name for partner in self.shops]:
            said.append(f"Blocked, because they are the demo's: {', '.join(shops)}.")
        return " ".join(said)


@transaction.atomic
def close_demo() -> Closed:
    """Shut out whoever still has the public password, block their shops, and shut out who works
    there and nowhere else.

    Whoever has such an email and a password of their own is left alone.
    """
    known = User.objects.filter(Q(email__regex=_hosts()) | Q(is_staff=True), is_active=True)
    closed = [user for user in known.order_by("pk") if user.check_password(people.PASSWORD)]
    _close(closed)
    shops = _left_without_owner(closed)
    blocked = [partner for partner in shops if _is_blocked_now(partner)]
    others = _who_works_nowhere_else(shops)
    _close(others)
    return Closed(closed + others, blocked)


def _hosts() -> str:
    emails = (people.ADMIN["email"], people.SELLER.email, people.APPLICANT.email)
    return f"@({'|'.join(sorted({email.partition('@')[2] for email in emails}))})$"


def _close(closed: Iterable[User]) -> None:
    for user in closed:
        User.objects.filter(pk=user.pk).update(is_active=False)
        audit.record("DEMO_ACCOUNT_CLOSED", entity=user, before={"is_active": True})


def _left_without_owner(closed: list[User]) -> list[Partner]:
    owners = Member.objects.filter(
        partner=OuterRef("pk"), role=Member.Role.OWNER, user__is_active=True
    )
    theirs = Partner.objects.filter(members__user__in=closed).exclude(Exists(owners))
    return list(theirs.distinct().order_by("pk"))


def _is_blocked_now(partner: Partner) -> bool:
    """It had keys, a chat and work of its own, which end with that."""
    with contextlib.suppress(approval.AlreadyDecided):
        approval.block(partner=partner, by=None, reason=WHY)
        return True
    return False


def _who_works_nowhere_else(shops: list[Partner]) -> "list[User]":
    elsewhere = Member.objects.filter(user=OuterRef("pk")).exclude(partner__in=shops)
    there: QuerySet[User] = User.objects.filter(memberships__partner__in=shops)
    left = there.filter(is_active=True, is_staff=False).exclude(Exists(elsewhere))
    return list(left.distinct().order_by("pk"))

"""How a seller company becomes a partner that waits for approval."""

from dataclasses import asdict, dataclass

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone

from partners import audit
from partners.models import Member, Partner, User
from partners.services import notices, terms
from sellercloudx.lib.text import fold
from sellercloudx.lib.wiring import emit

State = Partner.State


@dataclass(frozen=True)
class Person:
    """What somebody tells of themselves, checked for shape."""

    first_name: str
    last_name: str
    phone: str | None
    email: str | None


@dataclass(frozen=True)
class Application(Person):
    """What a seller tells of themselves and of their company."""

    company_name: str
    legal_form: str
    tax_id: str


class AlreadyTaken(Exception):
    """Somebody has registered with these already; `fields` names them."""

    def __init__(self, fields: list[str]):
        super().__init__(", ".join(fields))
        self.fields = fields


class NotRejected(Exception):
    """Only a rejected application may be corrected."""


def register(
    *, application: Application, password: str, referral_code: str = "", language: str = "uz"
) -> Member:
    """A person, their company and their place in it; all of it or nothing."""
    _must_be_free(application)
    user = new_user(application, password, language)
    try:
        with transaction.atomic():
            return _create(user, application, referral_code)
    except IntegrityError:
        # Another request was a moment earlier; anything else is a mistake of ours.
        _must_be_free(application)
        raise


def new_user(person: Person, password: str, language: str) -> User:
    """Not saved yet: hashing is slow by intention, so done before a transaction begins."""
    user = User(
        first_name=person.first_name,
        last_name=person.last_name,
        phone=person.phone,
        email=person.email,
        language=language,
    )
    user.set_password(password)
    return user


def _create(user: User, application: Application, referral_code: str) -> Member:
    user.save()
    partner = Partner.objects.create(
        company_name=application.company_name,
        legal_form=application.legal_form,
        tax_id=application.tax_id,
        referred_by_code=referral_code,
        terms_accepted_at=timezone.now(),
        terms_version=terms.VERSION,
    )
    member = Member.objects.create(partner=partner, user=user, role=Member.Role.OWNER)
    audit.record(
        "PARTNER_REGISTERED",
        partner=partner,
        actor=user,
        entity=partner,
        after=_for_audit(partner) | {"terms": terms.VERSION, "referral_code": referral_code},
    )
    emit("partner_registered", partner=partner)
    _tell(member, kind="partner_registered", dedupe=f"registered:{partner.pk}")
    notices.notify_partner(
        partner,
        kind="registered",
        data={"company": partner.company_name},
        url=reverse("partners:waiting"),
        dedupe="registered",
    )
    return member


def is_known_code(code: str, *, except_for: Partner | None = None) -> bool:
    """Whether another partner invites by this code."""
    inviting = Partner.objects.filter(referral_code=code)
    if except_for:
        inviting = inviting.exclude(pk=except_for.pk)
    return bool(code) and inviting.exists()


def apply_again(*, member: Member, application: Application) -> None:
    """Send a rejected application again, corrected."""
    _must_be_free(application, except_for=member)
    try:
        with transaction.atomic():
            _correct(member, application)
    except IntegrityError:
        _must_be_free(application, except_for=member)
        raise


def _correct(member: Member, application: Application) -> None:
    partner, user = member.partner, member.user
    before = _for_audit(partner)
    given = asdict(application)
    for name in ("company_name", "legal_form", "tax_id"):
        setattr(partner, name, given[name])
    again = Partner.objects.filter(pk=partner.pk, state=State.REJECTED).update(
        company_name=partner.company_name,
        legal_form=partner.legal_form,
        tax_id=partner.tax_id,
        folded=fold(partner.search_words()),
        state=State.PENDING,
        state_reason="",
        state_changed_at=timezone.now(),
    )
    if not again:
        raise NotRejected
    for name in ("first_name", "last_name", "phone", "email"):
        setattr(user, name, given[name])
    user.save(update_fields=["first_name", "last_name", "phone", "email"])
    entry = audit.record(
        "PARTNER_APPLIED_AGAIN",
        partner=partner,
        actor=user,
        entity=partner,
        before=before | {"state": State.REJECTED},
        after=_for_audit(partner) | {"state": State.PENDING},
    )
    _tell(member, kind="partner_applied_again", dedupe=f"applied_again:{entry.pk}")


def _tell(member: Member, *, kind: str, dedupe: str) -> None:
    partner = member.partner
    notices.notify_staff(
        kind=kind,
        data={
            "company": partner.company_name,
            "person": member.user.get_full_name(),
            "tax_id": partner.tax_id,
        },
        url=reverse("pages:partner", args=[partner.pk]),
        dedupe=dedupe,
        partner=partner,
    )


def must_be_free(person: Person) -> None:
    """AlreadyTaken, naming what belongs to somebody else's account."""
    if fields := _taken(person, User.objects.all()):
        raise AlreadyTaken(fields)


def _must_be_free(application: Application, *, except_for: Member | None = None) -> None:
    """The same of an application: the company's number, too."""
    users, partners = User.objects.all(), Partner.objects.all()
    if except_for:
        users = users.exclude(pk=except_for.user_id)
        partners = partners.exclude(pk=except_for.partner_id)
    fields = _taken(application, users)
    if partners.filter(tax_id=application.tax_id).exists():
        fields.append("tax_id")
    if fields:
        raise AlreadyTaken(fields)


def _taken(person: Person, users: QuerySet[User]) -> list[str]:
    known = users.filter(
        Q(phone=person.phone, phone__isnull=False) | Q(email=person.email, email__isnull=False)
    ).values_list("phone", "email")
    fields = []
    for phone, email in known:
        fields += ["phone"] * bool(phone and phone == person.phone)
        fields += ["email"] * bool(email and email == person.email)
    return fields


def _for_audit(partner: Partner) -> dict[str, str]:
    return {
        "company_name": partner.company_name,
        "legal_form": partner.legal_form,
        "tax_id": partner.tax_id,
    }

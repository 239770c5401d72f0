"""The people of the demo, made as real ones are."""

from dataclasses import dataclass, replace

from partners.models import Member, Partner, User
from partners.services import approval, registration

PASSWORD = "namuna-2026-parol"  # noqa: S105  printed on purpose, refused in production


@dataclass(frozen=True)
class Login:
    email: str
    phone: str | None
    # None once its owner chose another one.
    password: str | None


ADMIN = {"first_name": "Dilshod", "last_name": "Rahimov", "email": "admin@sellercloudx.example"}
SELLER = registration.Application(
    first_name="Aziza",
    last_name="Karimova",
    phone="+998901234567",
    email="aziza@namuna.example",
    company_name="Namuna Savdo",
    legal_form=Partner.LegalForm.COMPANY,
    tax_id="300000001",
)
APPLICANT = registration.Application(
    first_name="Bekzod",
    last_name="Yusupov",
    phone="+998909876543",
    email="bekzod@arizachi.example",
    company_name="Yusupov Bekzod YaTT",
    legal_form=Partner.LegalForm.SOLE_PROPRIETOR,
    tax_id="500000002",
)


def admin() -> User:
    user = User.objects.filter(email=ADMIN["email"]).first()
    return user or User.objects.create_superuser(password=PASSWORD, **ADMIN)


def seller(*, approved_by: User) -> Member:
    member = _registered(SELLER)
    if member.partner.state == Partner.State.PENDING:
        approval.approve(partner=member.partner, by=approved_by)
    return member


def applicant() -> Member:
    """Left waiting, so that the admin's queue has somebody in it."""
    return _registered(APPLICANT)


def another(*, approved_by: User) -> Member:
    """One more seller, approved."""
    number = f"{Partner.objects.count():08d}"
    application = replace(
        SELLER,
        phone=f"+9987{number}",
        email=f"seller{number}@namuna.example",
        company_name=f"Namuna {number}",
        tax_id=f"4{number}",
    )
    member = registration.register(application=application, password=PASSWORD)
    approval.approve(partner=member.partner, by=approved_by)
    return member


def _registered(application: registration.Application) -> Member:
    """Whoever tries the demo out may have changed each of these since, so one of them is enough."""
    members = Member.objects.select_related("partner", "user").order_by("pk")
    for kept in (
        {"user__email": application.email},
        {"user__phone": application.phone},
        {"partner__tax_id": application.tax_id},
    ):
        if member := members.filter(**kept).first():
            return member
    return registration.register(application=application, password=PASSWORD)


def login(user: User) -> Login:
    known = PASSWORD if user.check_password(PASSWORD) else None
    return Login(user.email or "", user.phone, known)

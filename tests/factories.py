"""Rows for tests, made the short way. Every call makes something new."""

import itertools
import os
import uuid
from decimal import Decimal

from django.contrib.auth.models import Group
from django.utils import timezone

from marketplaces.models import Connection
from partners import totp
from partners.models import Member, Partner, SupportTicket, TotpDevice, User
from partners.services import tickets
from products.models import Listing, Location, Product, StockLevel, StockMovement

# Of nine digits, as a tax number; another process on the same database counts elsewhere.
_number = itertools.count(100_000_000 + os.getpid() % 8_000 * 100_000)
PASSWORD = "correct horse battery"


def make_user(**fields) -> User:
    number = next(_number)
    defaults = {
        "first_name": "Aziza",
        "last_name": "Karimova",
        "phone": f"+998{number % 10**9:09d}",
        "email": f"user{number}@example.uz",
        "password": PASSWORD,
    }
    return User.objects.create_user(**(defaults | fields))


def make_staff(**fields) -> User:
    return make_user(**({"is_staff": True, "is_superuser": True} | fields))


def make_colleague(*groups: str) -> User:
    """Of our people, in these groups alone."""
    colleague = make_staff(is_superuser=False)
    colleague.groups.set(Group.objects.filter(name__in=groups))
    return colleague


def make_device(user: User) -> TotpDevice:
    """A phone that has shown no code yet; `totp.code_at(device.key, step)` is what it shows."""
    device = TotpDevice(user=user, last_step=0)
    device.key = totp.new_key()
    device.save()
    return device


def make_partner(*, role=Member.Role.OWNER, user=None, **fields) -> Partner:
    """An approved partner with one member; the member's user is `partner.owner`."""
    number = next(_number)
    defaults = {
        "company_name": f"Yulduz {number}",
        "legal_form": Partner.LegalForm.COMPANY,
        "tax_id": f"{number}",
        "state": Partner.State.APPROVED,
        "terms_accepted_at": timezone.now(),
        "terms_version": "test",
    }
    partner = Partner.objects.create(**(defaults | fields))
    partner.owner = user or make_user()
    Member.objects.create(partner=partner, user=partner.owner, role=role)
    return partner


def make_ticket(partner=None, *, by=None, **asked) -> SupportTicket:
    partner = partner or make_partner()
    defaults = {
        "subject": "Etiketka chiqmayapti",
        "category": "technical",
        "priority": "medium",
        "text": "Salom",
        "client_id": uuid.uuid4(),
    }
    author = by or partner.members.first().user
    return tickets.open_ticket(partner=partner, by=author, **(defaults | asked))


def make_connection(partner=None, **fields) -> Connection:
    partner = partner or make_partner()
    defaults = {
        "marketplace": "yandex",
        "state": Connection.State.ACTIVE,
        "account": str(next(_number)),
        "name": "Yulduz Market",
        "currency": "UZS",
        "is_sandbox": True,
    }
    credentials = fields.pop(
        "credentials", {"api_key": f"ACMA:sandbox-{uuid.uuid4().hex}", "business_id": "1"}
    )
    connection = Connection(partner=partner, **(defaults | fields))
    connection.credentials = {"campaign_id": connection.account} | credentials
    connection.save()
    return connection


def make_product(partner=None, *, stock=0, **fields) -> Product:
    partner = partner or make_partner()
    defaults = {
        "sku": f"SKU-{next(_number)}",
        "name": "Choynak «Paxta» 1 l",
        "currency": partner.currency,
        "cost": Decimal("60000"),
        "price": Decimal("99000"),
        "submission": uuid.uuid4(),
    }
    product = Product.objects.create(partner=partner, **(defaults | fields))
    location, _ = Location.objects.get_or_create(
        partner=partner, kind=Location.Kind.OWN, defaults={"name": "Ombor"}
    )
    StockLevel.objects.create(product=product, location=location, on_hand=stock)
    if stock:
        StockMovement.objects.create(
            partner=partner,
            product=product,
            location=location,
            kind=StockMovement.Kind.RECEIPT,
            quantity=stock,
            source=f"test:{uuid.uuid4()}",
        )
    return product


def make_listing(product=None, connection=None, **fields) -> Listing:
    product = product or make_product()
    connection = connection or make_connection(product.partner)
    return Listing.objects.create(
        partner=product.partner, product=product, connection=connection, **fields
    )

"""Who runs SellerCloudX: how the first of them comes in, and another after a lost password."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib.auth import password_validation
from django.contrib.auth.hashers import make_password
from django.core.validators import validate_email
from django.db import transaction

from partners import audit, reset_links
from partners.login import masked
from partners.models import Delivery, TelegramCode, TelegramLink, User
from partners.services import api_keys, deliveries, second_factor

CREATED, PROMOTED, KNOWN = "created", "promoted", "known"


@dataclass(frozen=True)
class Admin:
    user: User
    # CREATED, PROMOTED from somebody's ordinary account, or KNOWN as an admin before.
    came: str


def make_admin(*, email: str) -> Admin:
    """Somebody of this email who may do everything, and who comes in by `password_link()` alone."""
    email = email.strip().lower()
    validate_email(email)
    with transaction.atomic():
        user = User.objects.select_for_update().filter(email=email).first()
        if user is None:
            return _created(email)
        if user.is_superuser and user.is_active:
            return Admin(user, KNOWN)
        return _promoted(user)


def make_first_admin(*, email: str, password: str) -> Admin | None:
    """Nobody while there is an admin already, however often it is asked, one call at a time."""
    if User.objects.filter(is_superuser=True, is_active=True).exists():
        return None
    password_validation.validate_password(password, User(email=email))
    with transaction.atomic():
        admin = make_admin(email=email)
        User.objects.filter(pk=admin.user.pk).update(password=make_password(password))
    return admin


def password_link(*, user: User) -> str:
    """Signed; it ends with the first password set by it, or with time."""
    audit.record("PASSWORD_LINK_MADE", entity=user)
    return settings.PUBLIC_URL + reset_links.path_for(user)


def _created(email: str) -> Admin:
    user = User.objects.create_superuser(email=email, first_name="Admin", last_name="")
    audit.record("ADMIN_CREATED", entity=user, after={"email": email})
    return Admin(user, CREATED)


def _promoted(user: User) -> Admin:
    """Whoever registered with this email never proved that it is theirs: nothing of theirs opens
    it any more, nor leads a new password to them."""
    before = {
        "is_staff": user.is_staff,
        "is_superuser": user.is_superuser,
        "is_active": user.is_active,
        "phone": masked(user.phone or ""),
    }
    # Their sessions and links for a new password end with the password.
    user.set_unusable_password()
    user.phone = None
    user.is_staff = user.is_superuser = user.is_active = True
    user.save()
    telegram = _let_go_of_telegram(user)
    keys = api_keys.revoke_made_by(user=user, by=None)
    second_factor.remove(user=user)
    after = {"email": user.email, "telegram": telegram, "api_keys": keys}
    audit.record("ADMIN_PROMOTED", entity=user, before=before, after=after)
    return Admin(user, PROMOTED)


def _let_go_of_telegram(user: User) -> bool:
    """Whether there was a chat: it hears nothing more, and no code that was given out links one."""
    TelegramCode.objects.filter(user=user).delete()
    deliveries.hold(
        Delivery.objects.filter(channel=Delivery.Channel.TELEGRAM, notification__user=user)
    )
    return bool(TelegramLink.objects.filter(user=user).delete()[0])

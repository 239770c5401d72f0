"""What a password must be besides Django's own rules."""

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _


class NotOnlySpacesValidator:
    """Eight of them are long enough, not common and no digits, and the first thing one tries."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        if not password.strip():
            raise ValidationError(
                _("The password is nothing but spaces."), code="password_only_spaces"
            )

    def get_help_text(self) -> str:
        return _("A password has something besides spaces.")

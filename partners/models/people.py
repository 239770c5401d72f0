import secrets

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.scoping import PartnerScopedQuerySet
from sellercloudx.lib.text import fold

# No 0/O, 1/I/L: people read these codes aloud.
CODE_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"


def new_referral_code() -> str:
    return "SCX-" + "".join(secrets.choice(CODE_ALPHABET) for _ in range(6))


class Searchable(models.Model):
    """Keeps `folded`, the words search compares with."""

    folded = models.TextField(default="", editable=False)

    class Meta:
        abstract = True

    def save(self, *args, **kwargs):
        # Kept here and not in a service: search must find what the admin pages changed, too.
        self.folded = fold(self.search_words())
        if (fields := kwargs.get("update_fields")) is not None:
            kwargs["update_fields"] = {*fields, "folded"}
        super().save(*args, **kwargs)

    def search_words(self) -> str:
        raise NotImplementedError


class UserManager(BaseUserManager):
    def create_user(self, *, email=None, phone=None, password=None, **fields):
        user = self.model(email=(email or "").lower() or None, phone=phone or None, **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email, password=None, **fields):
        return self.create_user(
            email=email, password=password, is_staff=True, is_superuser=True, **fields
        )


class User(Searchable, AbstractBaseUser, PermissionsMixin):
    """A person who signs in by phone or email."""

    first_name = models.CharField(_("first name"), max_length=80)
    last_name = models.CharField(_("last name"), max_length=80)
    phone = models.CharField(_("phone"), max_length=16, unique=True, null=True, blank=True)
    email = models.EmailField(_("email"), unique=True, null=True, blank=True)
    language = models.CharField(_("language"), max_length=5, default="uz")
    # No message between these, by the clocks of Tashkent.
    quiet_from = models.TimeField(_("quiet from"), null=True, blank=True)
    quiet_until = models.TimeField(_("quiet until"), null=True, blank=True)
    is_staff = models.BooleanField(_("staff"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    date_joined = models.DateTimeField(_("joined"), default=timezone.now)

    objects = UserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["first_name", "last_name"]

    class Meta:
        db_table = "users"
        verbose_name = _("user")
        verbose_name_plural = _("users")
        constraints = [
            models.CheckConstraint(
                condition=Q(phone__isnull=False) | Q(email__isnull=False),
                name="users_has_phone_or_email",
            ),
            models.CheckConstraint(
                condition=Q(quiet_from=None, quiet_until=None)
                | Q(quiet_from__isnull=False, quiet_until__isnull=False),
                name="users_quiet_hours_have_both_ends",
            ),
        ]

    def __str__(self):
        return self.get_full_name()

    def clean(self):
        super().clean()
        # Login compares small letters.
        self.email = (self.email or "").lower() or None

    def get_full_name(self):
        return f"{self.first_name} {self.last_name}".strip()

    def get_short_name(self):
        return self.first_name

    def search_words(self):
        return f"{self.get_full_name()} {self.phone or ''} {self.email or ''}"


class Partner(Searchable):
    """A seller company: one tax number, one account."""

    class LegalForm(models.TextChoices):
        SOLE_PROPRIETOR = "sole_proprietor", _("Sole proprietor (YaTT)")
        COMPANY = "company", _("Company (MChJ)")
        INDIVIDUAL = "individual", _("Individual")

    class State(models.TextChoices):
        PENDING = "pending", _("Waiting for approval")
        APPROVED = "approved", _("Approved")
        REJECTED = "rejected", _("Rejected")
        BLOCKED = "blocked", _("Blocked")
        # They have left; everything stays as it is, and our people may open it again.
        DEACTIVATED = "deactivated", _("Deactivated")

    class TaxBase(models.TextChoices):
        TURNOVER = "turnover", _("Turnover tax")
        VAT = "vat", _("VAT")

    class Automation(models.TextChoices):
        MINIMAL = "minimal", _("Minimal")
        BALANCED = "balanced", _("Balanced")
        MAXIMUM = "maximum", _("Maximum")

    company_name = models.CharField(_("company name"), max_length=160)
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm.choices)
    tax_id = models.CharField(_("INN/STIR or PINFL"), max_length=14, unique=True)
    state = models.CharField(
        _("state"), max_length=12, choices=State.choices, default=State.PENDING
    )
    state_reason = models.TextField(_("reason"), blank=True)
    state_changed_at = models.DateTimeField(_("state changed"), default=timezone.now)
    # The day on which the block ends by itself; none where it is for good.
    blocked_until = models.DateField(_("blocked until"), null=True, blank=True)
    # The reason of the block they left under: coming back, they are blocked by it again.
    left_blocked_for = models.TextField(
        _("left while blocked, because"), blank=True, default="", db_default=""
    )
    referral_code = models.CharField(
        _("referral code"), max_length=12, unique=True, default=new_referral_code
    )
    referred_by_code = models.CharField(_("came by code"), max_length=12, blank=True)
    terms_accepted_at = models.DateTimeField(_("terms accepted"))
    terms_version = models.CharField(_("terms version"), max_length=20)
    currency = models.CharField(_("currency"), max_length=3, default="UZS")
    # What tax is paid of; the row of tax_regimes valid on a day says how much.
    # The database knows both beginnings, too: while a deploy goes on, the old code still registers.
    tax_base = models.CharField(
        _("tax is paid of"),
        max_length=10,
        choices=TaxBase.choices,
        default=TaxBase.TURNOVER,
        db_default="turnover",
    )
    # How much is done without a person; empty: not chosen yet, which is like balanced.
    automation = models.CharField(
        _("automation level"),
        max_length=10,
        choices=Automation.choices,
        blank=True,
        default="",
        db_default="",
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    users = models.ManyToManyField(User, through="Member", related_name="partners")

    class Meta:
        db_table = "partners"
        verbose_name = _("partner")
        verbose_name_plural = _("partners")
        indexes = [
            # The staff queue: one state, newest first.
            models.Index(fields=["state", "-id"], name="partners_state_idx"),
            # The clock: whose block has ended.
            models.Index(
                fields=["blocked_until"],
                condition=Q(blocked_until__isnull=False),
                name="partners_blocked_until_idx",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    state__in=["pending", "approved", "rejected", "blocked", "deactivated"]
                ),
                name="partners_state_known",
            ),
            models.CheckConstraint(
                condition=Q(tax_base__in=["turnover", "vat"]), name="partners_tax_base_known"
            ),
            models.CheckConstraint(
                condition=Q(automation__in=["", "minimal", "balanced", "maximum"]),
                name="partners_automation_known",
            ),
            models.CheckConstraint(
                condition=Q(blocked_until=None)
                | Q(state="blocked")
                | Q(state="deactivated") & ~Q(left_blocked_for=""),
                name="partners_only_a_block_has_an_end",
            ),
            models.CheckConstraint(
                condition=Q(left_blocked_for="") | Q(state="deactivated"),
                name="partners_only_who_left_was_blocked_before",
            ),
        ]

    def __str__(self):
        return self.company_name

    def search_words(self):
        return f"{self.company_name} {self.tax_id} {self.referral_code}"

    @property
    def is_approved(self) -> bool:
        return self.state == self.State.APPROVED


class Member(models.Model):
    """A person's place in a partner."""

    class Role(models.TextChoices):
        OWNER = "owner", _("Owner")
        MANAGER = "manager", _("Manager")
        OPERATOR = "operator", _("Operator")
        VIEWER = "viewer", _("Viewer")

    partner = models.ForeignKey(Partner, models.CASCADE, related_name="members")
    user = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    role = models.CharField(_("role"), max_length=10, choices=Role.choices)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    objects = PartnerScopedQuerySet.as_manager()

    class Meta:
        db_table = "members"
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [
            models.UniqueConstraint(fields=["partner", "user"], name="members_once_per_partner"),
            models.CheckConstraint(
                condition=Q(role__in=["owner", "manager", "operator", "viewer"]),
                name="members_role_known",
            ),
        ]

    def __str__(self):
        return f"{self.user} · {self.partner}"

    def is_at_least(self, role: "Member.Role") -> bool:
        order = [self.Role.VIEWER, self.Role.OPERATOR, self.Role.MANAGER, self.Role.OWNER]
        return order.index(self.Role(self.role)) >= order.index(role)

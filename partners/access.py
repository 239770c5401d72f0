"""Who may open a page."""

from functools import partial, wraps

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.shortcuts import redirect, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme

from partners import other_company, second_step
from partners.models import Member, User
from sellercloudx.lib.wiring import resolve

Role = Member.Role
OPERATOR, MANAGER = Role.OPERATOR, Role.MANAGER
SAFE = ("GET", "HEAD", "OPTIONS")
PARTNER_HOME = "/partner-dashboard/"
# In the session: whose cabinet a member of several partners has open.
CHOSEN_PARTNER = "partner"


def home_of(user: User) -> str:
    """Where a person starts."""
    return resolve_url("pages:staff_home") if user.is_staff else PARTNER_HOME


def is_ours(request, url: str) -> bool:
    """Whether `?next=` is a path of this site, not a bare word or the name of a view."""
    return url.startswith("/") and url_has_allowed_host_and_scheme(
        url, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )


def partner_required(view=None, *, at_least=OPERATOR, to_look=Role.VIEWER):
    """A member of an approved partner; changing needs the role `at_least`.

    Whoever waits for approval is shown the sample shop, where they have chosen to look round.

    Any member may look, unless there is nothing to see but a form: that opens to who may send it.
    """
    if view is None:
        return lambda view: partner_required(view, at_least=at_least, to_look=to_look)

    @login_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not request.partner:
            return redirect("pages:staff_home" if request.user.is_staff else "pages:home")
        if refused := other_company.refusal(request):
            return refused
        if not request.partner.is_approved:
            look = partial(view, request, *args, **kwargs)
            sample = resolve("SAMPLE_SHOP", "show")(request, look, to_look)
            return sample or redirect("partners:waiting")
        if not request.member.is_at_least(to_look if request.method in SAFE else at_least):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def member_required(view):
    """A member of some partner, whichever of theirs the page was drawn for."""

    @login_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not request.partner:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def applicant_required(view):
    """A member of a partner in any state."""

    @member_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        return other_company.refusal(request) or view(request, *args, **kwargs)

    return wrapped


def owner_required(view):
    """The owner of a partner in any state."""

    @applicant_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not request.member.is_at_least(Role.OWNER):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def may_write_to_support(member: Member) -> bool:
    """Those who work for an approved partner; for one that waits or is shut out, its owner."""
    return member.is_at_least(OPERATOR if member.partner.is_approved else Role.OWNER)


def support_writer_required(view):
    """A member who may write to our people, in whatever state the partner is."""

    @applicant_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not may_write_to_support(request.member):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def password_of_staff_required(view):
    """A person of SellerCloudX, who may still have to show the second step."""

    @login_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not request.user.is_staff:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped


def staff_required(view=None, *, permission=None):
    """A person of SellerCloudX past the second step, holding `permission` where one is named."""
    if view is None:
        return lambda view: staff_required(view, permission=permission)

    @password_of_staff_required
    @wraps(view)
    def wrapped(request, *args, **kwargs):
        if not second_step.is_passed(request):
            return second_step.lead_to("partners:second_step", request.get_full_path())
        if permission and not request.user.has_perm(permission):
            raise PermissionDenied
        return view(request, *args, **kwargs)

    return wrapped

"""The people of a partner: who they are, what they may do, who leaves."""

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from partners import limits
from partners.access import partner_required
from partners.forms import InvitationForm, RoleForm
from partners.models import Invitation, Member
from partners.services import api_keys, invitations, team

MANAGER = Member.Role.MANAGER


@partner_required
@require_GET
def index(request):
    return _show_team(request, _invitation_form(request))


def _show_team(request, form: InvitationForm, *, made: Invitation | None = None, status: int = 200):
    members = _team(request).order_by("pk")
    sent = Invitation.objects.for_partner(request.partner).open().order_by("-pk")
    roles = team.roles_to_give(request.member)
    context = {
        "members": [(one, _may_manage(request, one)) for one in members],
        "form": form if roles else None,
        "invitations": sent.filter(role__in=roles).select_related("created_by") if roles else [],
        "made": made,
        "link": settings.PUBLIC_URL + made.path if made else "",
    }
    return render(request, "partners/team.html", context, status=status)


def _invitation_form(request, data=None) -> InvitationForm:
    return InvitationForm(
        data, roles=team.roles_to_give(request.member), initial={"role": Member.Role.OPERATOR}
    )


@partner_required(at_least=MANAGER)
@never_cache
@require_POST
def invite(request):
    """Answers with the page itself: the link is shown now and never again."""
    form = _invitation_form(request, request.POST)
    if not form.is_valid():
        return _show_team(request, form, status=422)
    if not limits.may_invite(request, request.partner):
        form.add_error(None, _("Too many invitations in one hour. Try again later."))
        return _show_team(request, form, status=429)
    try:
        made = invitations.invite(by=request.member, **form.cleaned_data)
    except (team.NotYours, team.Gone) as error:
        raise PermissionDenied from error
    return _show_team(request, _invitation_form(request), made=made)


@partner_required(at_least=MANAGER)
@require_POST
def revoke(request, invitation_pk):
    own = Invitation.objects.for_partner(request.partner)
    invitation = get_object_or_404(own, pk=invitation_pk)
    try:
        is_revoked = invitations.revoke(invitation=invitation, by=request.member)
    except team.NotYours as error:
        raise PermissionDenied from error
    if is_revoked:
        messages.success(request, _("The invitation is taken back: its link opens nothing."))
    else:
        messages.warning(request, _("Nothing to take back: it was used or has ended."))
    return redirect("partners:team")


@partner_required(to_look=MANAGER)
@require_GET
def detail(request, member_pk):
    """One member, and what may be decided about them."""
    member = _member(request, member_pk)
    if not _may_manage(request, member):
        raise PermissionDenied
    form = RoleForm(roles=team.roles_to_give(request.member), initial={"role": member.role})
    return _show(request, member, form)


def _show(request, member: Member, form: RoleForm, status: int = 200):
    keys = api_keys.made_by(member.user, request.partner)
    context = {"one": member, "form": form, "keys": keys}
    return render(request, "partners/team_member.html", context, status=status)


@partner_required(at_least=MANAGER)
@require_POST
def change_role(request, member_pk):
    member = _member(request, member_pk)
    form = RoleForm(request.POST, roles=team.roles_to_give(request.member))
    if not form.is_valid():
        return _show(request, member, form, status=422)
    return _decide(
        request,
        lambda: team.change_role(member=member, role=form.cleaned_data["role"], by=request.member),
        _("The role is changed. It holds from the next page they open."),
    )


@partner_required(at_least=MANAGER)
@require_POST
def remove(request, member_pk):
    member = _member(request, member_pk)
    return _decide(
        request,
        lambda: team.remove(member=member, by=request.member),
        _("The member is removed and sees nothing of this company any more."),
    )


def _decide(request, decision, words: str):
    try:
        decision()
    except team.NotYours as error:
        raise PermissionDenied from error
    except team.LastOwner:
        messages.warning(
            request, _("Nothing was changed: a company needs an owner. Name another one first.")
        )
    except team.Gone:
        messages.warning(request, _("Nothing was changed: the team has just changed."))
    else:
        messages.success(request, words)
    return redirect("partners:team")


def _team(request):
    return Member.objects.for_partner(request.partner).select_related("user")


def _member(request, pk: int) -> Member:
    return get_object_or_404(_team(request), pk=pk)


def _may_manage(request, member: Member) -> bool:
    return team.may_manage(request.member, member.role)

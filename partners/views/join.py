"""Where the link of an invitation leads: into the team, with the account one has or a new one."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from partners import devices, limits
from partners.access import CHOSEN_PARTNER, PARTNER_HOME
from partners.forms import JoinForm, posted
from partners.models import Invitation, Member
from partners.services import invitations
from partners.services.invitations import Reason, Unusable
from partners.services.registration import AlreadyTaken
from partners.views.session import sign_in

# What happened, and what to do.
WORDS = {
    Reason.UNKNOWN: (
        gettext_lazy("We do not know this invitation"),
        gettext_lazy("The link is cut off or mistyped. Open it as it was sent to you."),
    ),
    Reason.USED: (
        gettext_lazy("This invitation is used already"),
        gettext_lazy("If it was you, log in. If not, ask for a new link: each lets in one person."),
    ),
    Reason.REVOKED: (
        gettext_lazy("This invitation was taken back"),
        gettext_lazy("Ask the person who sent it whether they still expect you."),
    ),
    Reason.EXPIRED: (
        gettext_lazy("This invitation has expired"),
        gettext_lazy("A link works for 7 days. Ask for a new one."),
    ),
    Reason.CLOSED: (
        gettext_lazy("This company cannot work now"),
        gettext_lazy("It lets nobody in until our staff open its account again. Try later."),
    ),
    Reason.MEMBER: (
        gettext_lazy("You are in this team already"),
        gettext_lazy("Nothing was changed, and the link still works for somebody else."),
    ),
}


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def join(request, token):
    try:
        invitation = invitations.find(token)
        if request.method == "POST" and (answer := _enter(request, invitation)):
            return answer
        _must_be_new(request, invitation)
    except Unusable as error:
        return _refuse(request, error.reason)
    return _show(request, invitation, JoinForm(initial={"email": invitation.email}))


def _enter(request, invitation: Invitation):
    if not limits.may_join(request):
        form = JoinForm(request.POST)
        form.add_error(None, _("Too many attempts from your network. Try again in an hour."))
        return _show(request, invitation, form, status=429)
    if request.user.is_authenticated:
        return _welcome(request, invitations.accept(invitation=invitation, user=request.user))
    form = JoinForm(posted(request))
    member = _registered(invitation, form) if form.is_valid() else None
    if member is None:
        return _show(request, invitation, form, status=422)
    sign_in(request, member.user)
    response = _welcome(request, member)
    devices.remember(request, response, member.user)
    return response


def _registered(invitation: Invitation, form: JoinForm) -> Member | None:
    try:
        return invitations.register_and_accept(
            invitation=invitation,
            person=form.person(),
            password=form.cleaned_data["password"],
            language=translation.get_language(),
        )
    except AlreadyTaken as taken:
        form.note_taken(taken)
        return None


def _welcome(request, member: Member):
    request.session[CHOSEN_PARTNER] = member.partner_id
    messages.success(
        request, _("Welcome to the team of %(company)s.") % {"company": member.partner.company_name}
    )
    return redirect(PARTNER_HOME)


def _must_be_new(request, invitation: Invitation) -> None:
    team = Member.objects.for_partner(invitation.partner)
    if request.user.is_authenticated and team.filter(user=request.user).exists():
        raise Unusable(Reason.MEMBER)


def _refuse(request, reason: Reason):
    title, text = WORDS[reason]
    status = {Reason.UNKNOWN: 404, Reason.MEMBER: 409}.get(reason, 410)
    context = {"title": title, "text": text}
    return render(request, "partners/team_refused.html", context, status=status)


def _show(request, invitation: Invitation, form: JoinForm, status: int = 200):
    context = {"invitation": invitation, "form": form}
    return render(request, "partners/team_join.html", context, status=status)

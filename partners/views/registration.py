"""From a first visit to a decision: registering, waiting, correcting."""

from django.conf import settings
from django.contrib import messages
from django.shortcuts import redirect, render
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods

from partners import devices, limits, typed
from partners.access import PARTNER_HOME, applicant_required, home_of, owner_required
from partners.forms import ApplicationForm, RegistrationForm, posted
from partners.models import Partner
from partners.services import registration
from partners.views.session import sign_in
from partners.views.telegram import telegram_of

REF_KEY = "ref"
State = Partner.State


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def register(request):
    if request.user.is_authenticated:
        return redirect(home_of(request.user))
    code = _invited_by(request)
    form = RegistrationForm(posted(request), initial={"referral_code": code})
    status = 200
    if request.method == "POST" and not limits.may_register(request):
        form.add_error(None, _("Too many attempts from your network. Try again in an hour."))
        status = 429
    elif request.method == "POST" and form.is_valid() and _registered(request, form):
        response = redirect("partners:waiting")
        devices.remember(request, response, request.user)
        return response
    _explain_code(form, code)
    return render(request, "partners/register.html", {"form": form}, status=status)


def _invited_by(request) -> str:
    """The code of the link they came by, also after a look at other pages."""
    given = request.GET.get("ref", "")[:40]
    if given:
        request.session[REF_KEY] = given
    return given or request.session.get(REF_KEY, "")


def _registered(request, form: RegistrationForm) -> bool:
    try:
        member = registration.register(
            application=form.application(),
            password=form.cleaned_data["password"],
            referral_code=form.cleaned_data["referral_code"],
            language=translation.get_language(),
        )
    except registration.AlreadyTaken as taken:
        form.note_taken(taken)
        return False
    sign_in(request, member.user)
    if form.data.get("referral_code", "").strip() and not _is_known(member.partner):
        messages.info(
            request, _("We do not know the referral code, so nobody is counted as inviting you.")
        )
    return True


def _is_known(partner: Partner) -> bool:
    return registration.is_known_code(partner.referred_by_code, except_for=partner)


def _explain_code(form: RegistrationForm, code: str) -> None:
    if code and not registration.is_known_code(typed.referral_code_in(code)):
        form.fields["referral_code"].help_text = _(
            "We do not know the code of your link. You can register all the same."
        )


@applicant_required
@require_GET
def waiting(request):
    partner = request.partner
    if partner.is_approved:
        return redirect(PARTNER_HOME)
    context = {
        "partner": partner,
        "member": request.member,
        "steps": _steps(partner),
        "telegram": telegram_of(request.user),
        "has_sample": settings.SAMPLE_SHOP,
    }
    return render(request, "partners/waiting.html", context)


def _steps(partner: Partner) -> list[dict]:
    is_pending = partner.state == State.PENDING
    return [
        {"label": _("You sent the application"), "at": partner.created_at, "is_done": True},
        {
            "label": _("A person of ours reads it"),
            "note": _("Company, tax number and phone are checked."),
            "is_current": is_pending,
        },
        {
            "label": _("You are told the decision"),
            "note": _("Here, by email if you gave one, and by Telegram if you link it."),
        },
        {
            "label": _("You connect your first marketplace"),
            "note": _("Have the key of your seller's cabinet at hand."),
        },
    ]


@owner_required
@require_http_methods(["GET", "POST"])
def apply_again(request):
    if request.partner.state != State.REJECTED:
        return redirect("partners:waiting")
    form = ApplicationForm(posted(request), initial=_as_given(request.member))
    if request.method == "POST" and form.is_valid() and _sent_again(request, form):
        return redirect("partners:waiting")
    context = {"form": form, "partner": request.partner}
    return render(request, "partners/apply_again.html", context)


def _as_given(member) -> dict:
    user, partner = member.user, member.partner
    return {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "phone": user.phone,
        "email": user.email,
        "company_name": partner.company_name,
        "legal_form": partner.legal_form,
        "tax_id": partner.tax_id,
    }


def _sent_again(request, form: ApplicationForm) -> bool:
    try:
        registration.apply_again(member=request.member, application=form.application())
    except registration.AlreadyTaken as taken:
        form.note_taken(taken)
        return False
    except registration.NotRejected:
        messages.info(request, _("The application has been sent already."))
    else:
        messages.success(request, _("The corrected application is sent."))
    return True

"""The keys by which a partner's programs read its data."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from partners.access import partner_required
from partners.api_key_form import ApiKeyForm
from partners.forms import posted
from partners.models import ApiKey, Member
from partners.services import api_keys
from sellercloudx.lib.keyset import newest_first

MANAGER = Member.Role.MANAGER


@never_cache
@partner_required(at_least=MANAGER)
@require_http_methods(["GET", "POST"])
def index(request):
    form = ApiKeyForm(posted(request))
    token = _make(request, form) if form.is_valid() else ""
    own = ApiKey.objects.for_partner(request.partner).select_related("created_by")
    page = newest_first(own, request.GET)
    context = {
        "form": ApiKeyForm() if token else form,
        "token": token,
        "page": page,
        "keys": [(key, *_state(key)) for key in page.rows],
        "may_change": request.member.is_at_least(MANAGER),
    }
    return render(request, "partners/api_keys.html", context, status=422 if form.errors else 200)


def _make(request, form) -> str:
    """The new key, for this one answer; nothing where there are too many."""
    try:
        _key, token = api_keys.create_key(
            partner=request.partner,
            by=request.user,
            name=form.cleaned_data["name"],
            scopes=form.cleaned_data["scopes"],
            expires_at=form.expires_at,
        )
    except api_keys.TooMany:
        form.add_error(None, _("You have 20 working keys. Revoke one that nobody needs."))
        return ""
    return token


def _state(key: ApiKey) -> tuple[str, str]:
    """Its pill: tone and words."""
    if key.revoked_at:
        return "mute", _("Revoked")
    return ("ok", _("Works")) if key.is_live else ("mute", _("Expired"))


@partner_required(at_least=MANAGER)
@require_POST
def revoke(request, pk):
    key = get_object_or_404(ApiKey.objects.for_partner(request.partner), pk=pk)
    if api_keys.revoke_key(key=key, by=request.user):
        messages.success(request, _("The key is revoked: it opens nothing from now on."))
    else:
        messages.warning(request, _("This key was revoked before."))
    return redirect("partners:api_keys")

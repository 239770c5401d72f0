"""The keys by which a partner's programs read its data."""

from django.contrib import messages
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from partners import one_time
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
    if form.is_valid() and _is_made(request, form):
        # Reloaded, a page that answers a form would make another one.
        return redirect("partners:api_keys")
    token = one_time.take(request, _kept(request))
    own = ApiKey.objects.for_partner(request.partner).select_related("created_by")
    page = newest_first(own, request.GET)
    context = {
        "form": form,
        "token": token,
        "page": page,
        "keys": [(key, *_state(key)) for key in page.rows],
        "may_change": request.member.is_at_least(MANAGER),
    }
    return render(request, "partners/api_keys.html", context, status=422 if form.errors else 200)


def _is_made(request, form) -> bool:
    """The page that comes next shows the key; the form says why where there are too many."""
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
        return False
    one_time.keep(request, _kept(request), token)
    return True


def _kept(request) -> str:
    """Of this company: one may change to another in between."""
    return f"new_api_key:{request.partner.pk}"


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

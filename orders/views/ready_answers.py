"""Texts that a shop sends to buyers often."""

from django.shortcuts import get_object_or_404
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from orders.inbox_forms import TemplateForm
from orders.models import ReplyTemplate
from partners.access import OPERATOR, partner_required
from partners.forms import posted
from partners.views.ready_answers import Shelf, show_all, show_one

READY = Shelf(
    base="base_partner.html",
    all="orders:answers",
    one="orders:answer",
    back="orders:inbox",
    back_words=_("Inbox"),
)


@partner_required
@require_http_methods(["GET", "POST"])
def answers(request):
    own = ReplyTemplate.objects.for_partner(request.partner)
    form = TemplateForm(posted(request), instance=ReplyTemplate(partner=request.partner))
    may_change = request.member.is_at_least(OPERATOR)
    return show_all(request, READY, form, own, may_change=may_change)


@partner_required(to_look=OPERATOR)
@require_http_methods(["GET", "POST"])
def answer(request, pk):
    own = ReplyTemplate.objects.for_partner(request.partner).select_related("partner")
    one = get_object_or_404(own, pk=pk)
    title = one.title
    return show_one(request, READY, one, TemplateForm(posted(request), instance=one), title)

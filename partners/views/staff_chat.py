"""The talks with partners, for those of our people who answer them."""

from typing import Any

from django.contrib import messages
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from partners.access import staff_required
from partners.forms import posted
from partners.models import CannedReply, ChatMessage, ChatRoom, Partner
from partners.services import chat
from partners.support_forms import AssignForm, CannedReplyForm, RoomSearchForm, StaffMessageForm
from partners.views import ready_answers
from partners.views.chat import Side, answer_poll, download, receive, show
from partners.views.ready_answers import Shelf
from sellercloudx.lib.fragments import fragment_of
from sellercloudx.lib.keyset import newest_first
from sellercloudx.lib.text import fold

RIGHT = chat.RIGHT
ROOM = "partners/support/staff_room.html"
SHOWN_UNREAD = 50


@staff_required(permission=RIGHT)
@require_GET
def index(request):
    """What this person has not read first, then all others by when something was said."""
    form = RoomSearchForm(request.GET)
    words = form.cleaned_data["q"] if form.is_valid() else ""
    which = request.GET.get("show", "")
    rooms = _found(_rooms(request.user), words)
    if which == "mine":
        rooms = rooms.filter(assigned=request.user)
    elif which == "free":
        rooms = rooms.filter(assigned=None)
    unread = rooms.filter(partner_wrote_id__gt=F("my_read")).order_by("-partner_wrote_id")
    page = newest_first(rooms.filter(partner_wrote_id__lte=F("my_read")), request.GET, by="last_id")
    context = {
        # Those who write to us stand on the first page only.
        "unread_first": [] if page.after else unread[:SHOWN_UNREAD],
        "page": page,
        "tabs": _tabs(which, words),
        "filters": form,
        "words": words,
    }
    return render(request, "partners/support/staff_list.html", context)


def _rooms(user) -> QuerySet[Any]:
    last = ChatMessage.objects.filter(pk=OuterRef("last_id"))
    rooms = chat.with_my_read(ChatRoom.objects.filter(last_id__gt=0), user)
    return rooms.select_related("partner", "assigned").annotate(
        last_text=Subquery(last.values("text")[:1]),
        last_file=Subquery(last.values("attachment_name")[:1]),
        last_at=Subquery(last.values("created_at")[:1]),
        is_last_private=Subquery(last.values("is_private")[:1]),
    )


def _found(rooms: QuerySet[Any], words: str) -> QuerySet[Any]:
    """Every word stands in the company, or all of them in one message of its room."""
    if not fold(words):
        return rooms
    in_company = Q()
    for word in fold(words).split():
        in_company &= Q(partner__folded__contains=word)
    said = chat.found(ChatMessage.objects.filter(partner=OuterRef("pk")), words)
    return rooms.filter(in_company | Exists(said))


def _tabs(current: str, words: str) -> list[dict]:
    named = [("", _("All")), ("mine", _("Mine")), ("free", _("Nobody's"))]
    return [
        {
            "label": label,
            "url": "?" + urlencode({"show": value, "q": words}),
            "is_current": value == current,
        }
        for value, label in named
    ]


@staff_required(permission=RIGHT)
@require_http_methods(["GET", "POST"])
def room(request, pk):
    side = _side(request, pk)
    around = _around(side)
    if request.method == "POST":
        return receive(request, side, ROOM, **around)
    form = StaffMessageForm(initial={"text": canned(request, around["answers"])})
    return show(request, side, form, ROOM, **around)


def _side(request, pk: int) -> Side:
    partner = get_object_or_404(Partner, pk=pk)
    return Side(partner, request.user, is_staff=True, may_write=True, form=StaffMessageForm)


def _around(side: Side) -> dict:
    return {"answers": list(CannedReply.objects.all()), "colleagues": list(chat.colleagues())}


def canned(request, answers: list[CannedReply]) -> str:
    """Without a script a ready answer is a link to the page with it in the field."""
    wanted = request.GET.get("answer", "")
    return next((one.text for one in answers if str(one.pk) == wanted), "")


@staff_required(permission=RIGHT)
@require_GET
@fragment_of("partners:staff_chat_room")
def news(request, pk):
    """The partner itself is not asked for: a poll is to cost no more than it must."""
    room = chat.glance(pk, request.user)
    partner = Partner(pk=pk) if room else get_object_or_404(Partner, pk=pk)
    return answer_poll(request, Side(partner, request.user, is_staff=True, may_write=True), room)


@staff_required(permission=RIGHT)
@require_GET
def file(request, pk):
    return download(ChatMessage.objects.all(), pk)


@staff_required(permission=RIGHT)
@require_POST
def assign(request, pk):
    partner = get_object_or_404(Partner, pk=pk)
    form = AssignForm(request.POST, colleagues=chat.colleagues())
    if not form.is_valid():
        messages.warning(request, _("Nothing was changed: this person does not answer partners."))
    elif chat.assign(partner=partner, to=form.cleaned_data["assigned"], by=request.user):
        messages.success(request, _("It is noted who answers."))
    return redirect("partners:staff_chat_room", pk)


READY = Shelf(
    base="base_staff.html",
    all="partners:canned_replies",
    one="partners:canned_reply",
    back="partners:staff_chat",
    back_words=gettext_lazy("Chat"),
)


@staff_required(permission=RIGHT)
@require_http_methods(["GET", "POST"])
def answers(request):
    form = CannedReplyForm(posted(request))
    return ready_answers.show_all(request, READY, form, CannedReply.objects.all())


@staff_required(permission=RIGHT)
@require_http_methods(["GET", "POST"])
def answer(request, pk):
    one = get_object_or_404(CannedReply, pk=pk)
    title = one.title
    form = CannedReplyForm(posted(request), instance=one)
    return ready_answers.show_one(request, READY, one, form, title)

"""A room of the chat as both sides see it, and the page on which a partner opens theirs."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from partners import limits
from partners.access import applicant_required, may_write_to_support, support_writer_required
from partners.forms import posted
from partners.models import ChatMessage, Partner, User
from partners.services import attachments, chat
from partners.support_forms import MessageForm, WordsForm
from partners.views.downloads import saved
from sellercloudx.lib.fragments import fragment_of
from sellercloudx.lib.keyset import newest_first, number

# So many are handed over at once; whoever was away longer asks again at once.
AT_ONCE = 100


@dataclass(frozen=True)
class Side:
    """Who looks at a room, and from where."""

    partner: Partner
    user: User
    is_staff: bool
    may_write: bool
    form: type[MessageForm] = MessageForm

    def url(self, of: str = "", *, message: int | None = None) -> str:
        name = "partners:staff_chat" if self.is_staff else "partners:chat"
        if of == "file":
            return reverse(f"{name}_file", args=[message])
        if of == "news":
            return reverse(f"{name}_news", args=[self.partner.pk] if self.is_staff else [])
        return reverse(f"{name}_room", args=[self.partner.pk]) if self.is_staff else reverse(name)


@applicant_required
@require_http_methods(["GET", "POST"])
def index(request):
    if request.method == "POST":
        return say(request)
    return show(request, _side(request), MessageForm(), "partners/support/chat.html")


@support_writer_required
def say(request):
    return receive(request, _side(request), "partners/support/chat.html")


@applicant_required
@require_GET
@fragment_of("partners:chat")
def news(request):
    return answer_poll(request, _side(request), chat.glance(request.partner.pk, request.user))


@applicant_required
@require_GET
def file(request, message_pk):
    return download(chat.visible(request.partner, is_staff=False), message_pk)


def _side(request) -> Side:
    may_write = may_write_to_support(request.member)
    return Side(request.partner, request.user, is_staff=False, may_write=may_write)


# --- For both sides ---


def show(request, side: Side, form, template: str, *, status: int = 200, **more: Any):
    """The newest messages, or those before a number, or those with the words one looks for."""
    filters = WordsForm(request.GET)
    words = filters.cleaned_data["q"] if filters.is_valid() else ""
    said = chat.visible(side.partner, is_staff=side.is_staff)
    page = newest_first(chat.found(said, words) if words else said, request.GET)
    room = chat.glance(side.partner.pk, side.user)
    is_newest = not (words or page.after or request.GET.get("before"))
    if room and is_newest and page.rows:
        chat.mark_read(room=room, user=side.user, is_staff=side.is_staff, up_to=page.rows[0].pk)
    context = {
        "side": side,
        "room": room,
        "page": page,
        "lines": lines(side, page.rows[::-1], room),
        "is_newest": is_newest,
        "words": words,
        "filters": filters,
        "form": form,
        "news_url": side.url("news"),
    }
    return render(request, template, context | more, status=status)


def lines(side: Side, said: list[ChatMessage], room: Any) -> list[dict]:
    """What each message is drawn from."""
    read_up_to = _read_by_the_others(side, room)
    return [
        {
            "message": message,
            "is_ours": message.is_from_staff == side.is_staff,
            "is_mine": message.author_id == side.user.pk,
            "is_read": message.pk <= read_up_to,
            "author": _author(side, message),
            "file_url": side.url("file", message=message.pk) if message.attachment_id else "",
        }
        for message in said
    ]


def _author(side: Side, message: ChatMessage) -> str:
    """A partner talks with SellerCloudX: the first name is enough to know who it is."""
    if message.is_from_staff and not side.is_staff:
        return f"{message.author.first_name} · SellerCloudX"
    return message.author.get_full_name()


def _read_by_the_others(side: Side, room: Any) -> int:
    if room is None:
        return 0
    return room.partner_read_id if side.is_staff else room.staff_read_id


def answer_poll(request, side: Side, room: Any) -> HttpResponse:
    """What came after `?after=`; 204 and one query where that is nothing.

    What a page names as its last one it has drawn: so far it is read.
    """
    after = number(request.GET.get("after")) or 0
    response = HttpResponse(status=204)
    if room is None:
        return response
    chat.mark_read(room=room, user=side.user, is_staff=side.is_staff, up_to=after)
    if after < (room.last_id if side.is_staff else room.last_public_id):
        said = chat.visible(side.partner, is_staff=side.is_staff).filter(pk__gt=after)
        drawn = {"lines": lines(side, list(said[:AT_ONCE]), room)}
        response = HttpResponse(render_to_string("partners/support/_lines.html", drawn))
    response["Chat-Read"] = str(_read_by_the_others(side, room))
    return response


def receive(request, side: Side, template: str, **more: Any) -> HttpResponse:
    """A message: kept and led on, or, for the script of the page, 204; else said why not."""
    form = side.form(posted(request), request.FILES)
    attachment, status = judge(request, side.partner, form)
    if form.errors:
        if request.htmx:
            return HttpResponse(_in_words(form), "text/plain; charset=utf-8", status=status)
        return show(request, side, form, template, status=status, **more)
    said = form.cleaned_data
    chat.send(
        partner=side.partner,
        by=side.user,
        is_from_staff=side.is_staff,
        text=said["text"],
        client_id=said["client_id"],
        attachment=attachment,
        is_private=said.get("is_private", False),
    )
    return HttpResponse(status=204) if request.htmx else redirect(f"{side.url()}#end")


def judge(request, partner: Partner, form) -> tuple[attachments.Attachment | None, int]:
    """The file that goes along, and the status if it is refused; the reason is in the form."""
    status = 422
    if not limits.may_write(request):
        form.add_error(None, _("Too many messages within a minute. Wait a little and send again."))
        status = 429
    return _attachment(request, partner, form) if form.is_valid() else None, status


def _attachment(request, partner: Partner, form) -> attachments.Attachment | None:
    upload = form.cleaned_data["attachment"]
    if not upload:
        return None
    if not limits.may_upload(request, partner):
        form.add_error("attachment", _("Too many files within an hour. Try again later."))
        return None
    try:
        return attachments.read_attachment(upload)
    except attachments.BadAttachment as error:
        form.add_error("attachment", str(error))
        return None


def _in_words(form) -> str:
    return " ".join(error for errors in form.errors.values() for error in errors)


def download(said, message_pk: int) -> HttpResponse:
    """Saved, never opened in the page: it came from somebody else."""
    message = said.select_related("attachment").filter(pk=message_pk).first()
    if message is None or message.attachment is None:
        raise Http404
    return saved(message.attachment, message.attachment_name)

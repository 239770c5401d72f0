"""The Inbox: what buyers write in all shops, in one list, and the answers to it."""

from typing import Any

from django.contrib import messages
from django.db.models import OuterRef, Subquery
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from marketplaces import outbox
from marketplaces.connectors.registry import connector_class
from marketplaces.models import Connection
from marketplaces.shop_names import shop_title
from orders import paging
from orders.forms import LinkForm
from orders.inbox_forms import (
    AnswererForm,
    InboxFilterForm,
    NoteForm,
    ReplyForm,
    seen_by,
    token_for,
)
from orders.models import Conversation, ConversationMessage, ReplyTemplate
from orders.services import desk, replies
from orders.wording import tellings
from partners.access import OPERATOR, partner_required
from partners.models import Member, User

NEWEST = paging.Sorting("last_at", newest_first=True)
LONGEST_WAITING = paging.Sorting("waits_since", newest_first=False)
SHOWN = 200
STARS = "★★★★★"


def _own(request):
    return Conversation.objects.for_partner(request.partner)


def _conversation(request, pk) -> Conversation:
    related = ("connection", "product", "order", "assigned", "opened_by")
    rows = _own(request).select_related(*related).defer("order__raw", "connection__secret")
    return get_object_or_404(rows, pk=pk)


@partner_required
@require_GET
def index(request):
    """Who waits for an answer first, the longest on top; or everything, the newest first."""
    shops = list(Connection.objects.for_partner(request.partner).exclude(account=""))
    form = InboxFilterForm(request.GET, shops=shops)
    show = request.GET.get("show", "")
    found = form.narrow(_own(request))
    page = paging.page(
        _shown(found, show, request.user), request.GET, LONGEST_WAITING if show == "" else NEWEST
    )
    context = {
        "form": form,
        "tabs": _tabs(show, form.filters, request, found),
        "show": show,
        "page": page,
        "rows": [_row(one, request.member) for one in page.rows],
        "chips": _chips(form, show),
        "has_any": bool(page.rows) or _own(request).exists(),
        "closed_to": [shop_title(shop) for shop in shops if _is_closed(shop)],
    }
    return render(request, "orders/inbox.html", context)


def _shown(found, show: str, user: User):
    last = ConversationMessage.objects.filter(pk=OuterRef("last_id"))
    found = found.select_related("connection", "product", "assigned").annotate(
        last_text=Subquery(last.values("text")[:1]), last_sender=Subquery(last.values("sender")[:1])
    )
    if show == "mine":
        return found.filter(assigned=user)
    return found if show == "all" else found.filter(waits_since__isnull=False)


def _tabs(show: str, filters: dict[str, str], request, found) -> list[dict]:
    waiting = found.filter(waits_since__isnull=False).count()
    named = [("", _("Unanswered"), waiting), ("mine", _("Mine"), None), ("all", _("All"), None)]
    return [
        {
            "label": label,
            "url": "?" + urlencode({"show": value, **filters}),
            "count": count,
            "is_hot": True,
            "is_current": value == show,
        }
        for value, label, count in named
    ]


def _chips(form: InboxFilterForm, show: str) -> list[dict]:
    chips = []
    for name, value in form.filters.items():
        rest = {n: v for n, v in form.filters.items() if n != name}
        choices = dict(getattr(form.fields[name], "choices", ()))
        chips.append(
            {
                "label": choices.get(value, value),
                "remove_url": "?" + urlencode({"show": show, **rest}),
            }
        )
    return chips


def _row(one: Conversation, member: Member) -> Conversation:
    one.who = _buyer(one, member)
    one.shop = shop_title(one.connection)
    one.stars = _stars(one)
    return one


def _buyer(one: Conversation, member: Member) -> str:
    """Whoever may only look sees no name."""
    if not one.buyer_name:
        return _("Buyer")
    is_shown = member.is_at_least(Member.Role.OPERATOR)
    return one.buyer_name if is_shown else f"{one.buyer_name[0]}…"


def _stars(one: Conversation) -> str:
    return STARS[: one.rating] if one.rating else ""


def _is_closed(shop: Connection) -> bool:
    """Its key has no right to what buyers write."""
    wanted = connector_class(shop.marketplace).talk_scopes
    held = (shop.seen or {}).get("scopes") or ()
    is_used = shop.state in Connection.WORKING
    return bool(is_used and wanted and held and not set(wanted) & set(held))


@partner_required
@require_http_methods(["GET", "POST"])
def thread(request, pk):
    conversation = _conversation(request, pk)
    if request.method == "POST":
        return _answer(request, conversation)
    return _show(request, conversation, _fresh_form(request, conversation))


def _fresh_form(request, conversation: Conversation, text: str = "") -> ReplyForm:
    """A form for what was said until now; without a script a ready answer is a link."""
    if not text:
        wanted = request.GET.get("answer", "")
        known = ReplyTemplate.objects.for_partner(request.partner)
        text = next((one.text for one in known if str(one.pk) == wanted), "") if wanted else ""
    return ReplyForm(initial={"text": text, "token": token_for(conversation, request.user)})


def _answer(request, conversation: Conversation):
    form = ReplyForm(request.POST)
    if not form.is_valid():
        return _show(request, conversation, form, status=422)
    said = form.cleaned_data
    seen = seen_by(said["token"], conversation, request.user)
    if seen is None:
        why = _("This form was opened for another conversation. Read this one, then send.")
        return _ask_again(request, conversation, said["text"], why)
    try:
        _say(request, conversation, said, seen)
    except replies.MovedOn as error:
        return _ask_again(request, conversation, said["text"], _moved_on(error.by, request.user))
    except (replies.TooLong, replies.CannotReply) as error:
        form.add_error("text", _refusal(error, len(said["text"])))
        return _show(request, conversation, form, status=422)
    desk.leave(conversation, request.user)
    messages.success(request, _("Your answer is being sent."))
    return redirect("orders:thread", conversation.pk)


def _say(request, conversation: Conversation, said: dict[str, Any], seen: int) -> None:
    replies.send(
        conversation=conversation,
        by=request.user,
        text=said["text"],
        client_id=said["client_id"],
        seen=seen,
    )


def _refusal(error: Exception, length: int) -> str:
    if isinstance(error, replies.TooLong):
        words = _("The marketplace takes %(most)d characters, and these are %(length)d.")
        return words % {"most": error.most, "length": length}
    return _("The marketplace takes no answer here: copy your text.")


def _moved_on(by: User | None, me: User) -> str:
    """Who spoke since the form was opened."""
    if by and by != me:
        return _(
            "%(name)s answered since you opened this. Nothing was sent; your text is kept below."
        ) % {"name": by.get_full_name()}
    return _(
        "Something new was said since you opened this. Nothing was sent; your text is kept below."
    )


def _ask_again(request, conversation: Conversation, text: str, why: str):
    """With what was said meanwhile above it, and a form that knows of it."""
    conversation = _conversation(request, conversation.pk)
    form = _fresh_form(request, conversation, text)
    return _show(request, conversation, form, status=422, why=why)


def _show(request, conversation, form, *, status=200, **more: Any):
    may_change = request.member.is_at_least(OPERATOR)
    said = list(conversation.messages.select_related("author").order_by("-at", "-pk")[:SHOWN])
    people = desk.colleagues(request.partner)
    can_reply = replies.can_reply(conversation)
    context = {
        "conversation": _row(conversation, request.member),
        "said": [_line(one) for one in said[::-1]],
        "notes": conversation.notes.select_related("author").order_by("pk"),
        "form": form,
        "note_form": NoteForm(),
        "answerer_form": AnswererForm(
            colleagues=people, initial={"assigned": str(conversation.assigned_id or "")}
        ),
        "answers": list(ReplyTemplate.objects.for_partner(request.partner)),
        "can_reply": can_reply,
        "tellings": _parked(conversation, said),
        "longest": replies.longest(conversation),
        "other": desk.come(conversation, request.user) if may_change and can_reply else None,
        "link_form": LinkForm(partner=request.partner),
    }
    return render(request, "orders/thread.html", context | more, status=status)


def _parked(conversation: Conversation, said: list[ConversationMessage]):
    """What a person has to decide about; asked for only where there is something."""
    if not any(one.state == ConversationMessage.State.UNCLEAR for one in said):
        return []
    last = outbox.last_operations([conversation.subject]).get(conversation.subject, {})
    return tellings(last)


TONES = {
    ConversationMessage.State.QUEUED: "warn",
    ConversationMessage.State.REFUSED: "bad",
    ConversationMessage.State.UNCLEAR: "bad",
    ConversationMessage.State.UNTOLD: "bad",
}


def _line(message: ConversationMessage) -> ConversationMessage:
    """A message as it is drawn."""
    message.is_ours = message.sender == ConversationMessage.Sender.SELLER
    message.who = message.author.get_full_name() if message.author else message.get_sender_display()
    message.tone = TONES.get(message.state, "")
    return message


@partner_required
@require_POST
def note(request, pk):
    conversation = _conversation(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        fresh = _fresh_form(request, conversation)
        return _show(request, conversation, fresh, status=422, note_form=form)
    said = form.cleaned_data
    desk.note(
        conversation=conversation,
        by=request.user,
        text=said["note"],
        client_id=said["client_id"],
    )
    messages.success(request, _("The note is kept. Only your colleagues see it."))
    return redirect("orders:thread", pk)


@partner_required
@require_POST
def assign(request, pk):
    conversation = _conversation(request, pk)
    form = AnswererForm(request.POST, colleagues=desk.colleagues(request.partner))
    if not form.is_valid():
        messages.warning(request, _("Nothing was changed: this person does not answer buyers."))
    elif desk.assign(conversation=conversation, to=form.person, by=request.user):
        messages.success(request, _("It is noted who answers."))
    return redirect("orders:thread", pk)


@partner_required
@require_POST
def dismiss(request, pk):
    desk.dismiss(conversation=_conversation(request, pk), by=request.user)
    messages.success(request, _("Noted: this needs no answer."))
    return redirect("orders:inbox")


@partner_required
@require_POST
def link(request, pk):
    conversation = _conversation(request, pk)
    form = LinkForm(request.POST, partner=request.partner)
    if not form.is_valid():
        fresh = _fresh_form(request, conversation)
        return _show(request, conversation, fresh, status=422, link_form=form)
    linked = desk.link(conversation=conversation, product=form.cleaned_data["sku"], by=request.user)
    words = ngettext("Linked: %(n)d conversation.", "Linked: %(n)d conversations.", linked)
    messages.success(request, words % {"n": linked})
    return redirect("orders:thread", pk)

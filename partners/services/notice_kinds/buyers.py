"""What is told of buyers: what they write, what they send back, and answers that went wrong."""

from django.utils.translation import gettext_lazy as _

from partners.models.notice_choices import Topic
from partners.services.notice_kinds.kind import NoticeKind

KINDS = {
    "buyer_wrote": NoticeKind(
        Topic.REVIEW, _("%(shop)s: a buyer wrote to you"), _("%(text)s"), "info"
    ),
    "buyer_asked": NoticeKind(
        Topic.REVIEW, _("%(shop)s: a question about %(about)s"), _("%(text)s"), "info"
    ),
    "bad_review": NoticeKind(
        Topic.REVIEW,
        _("%(shop)s: a review of %(stars)s stars"),
        _("%(about)s. In their words: %(text)s"),
        "warn",
    ),
    "reply_refused": NoticeKind(
        Topic.REVIEW,
        _("%(shop)s refused your answer to a buyer"),
        _("The buyer did not get it. In their words: %(reason)s"),
        "bad",
    ),
    "reply_unclear": NoticeKind(
        Topic.REVIEW,
        _("%(shop)s: no clear answer whether a buyer got your words"),
        _("Look in the cabinet of the marketplace whether they are there, then send them again."),
        "bad",
    ),
    "return_opened": NoticeKind(
        Topic.NEW_ORDER,
        _("%(shop)s: goods of order %(number)s come back"),
        _("They are on your shelf only when you have counted them in."),
        "warn",
    ),
    "return_refused": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s refused your decision about the return of order %(number)s"),
        _("In their words: %(reason)s"),
        "bad",
    ),
    "boxes_refused": NoticeKind(
        Topic.SYNC_TROUBLE,
        _("%(shop)s refused the boxes of order %(number)s"),
        _("Correct the marking codes and send them again. In their words: %(reason)s"),
        "bad",
    ),
}

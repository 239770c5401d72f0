"""What people are told, one entry per kind: worded when shown, in the reader's language."""

from partners.services.notice_kinds import buyers, people, work
from partners.services.notice_kinds.kind import NoticeKind

__all__ = ["KINDS", "NoticeKind"]

KINDS = {**people.KINDS, **work.KINDS, **buyers.KINDS}

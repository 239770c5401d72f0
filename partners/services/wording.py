"""The words of a notification as it is sent; of some kinds they are asked for only then."""

from partners.models import Notification
from partners.services.notice_kinds import KINDS
from sellercloudx.lib.wiring import resolve, table


def words_of(notice: Notification) -> tuple[str, str]:
    """Title and text, in the language that is on."""
    title, text = KINDS[notice.kind].worded(notice.data)
    if notice.partner and notice.kind in table("NOTICE_TEXTS"):
        text = resolve("NOTICE_TEXTS", notice.kind)(notice.partner, notice.data)
    return title, text

from .activity import Activity
from .api_keys import ApiKey
from .audit import AuditLog, AuditSeal
from .deliveries import Delivery
from .files import StoredFile
from .invitations import Invitation
from .notice_choices import NoticeChoice
from .notifications import Notification
from .people import Member, Partner, User
from .second_factor import RecoveryCode, TotpDevice
from .support import CannedReply, ChatMessage, ChatRead, ChatRoom
from .telegram import TelegramButton, TelegramCode, TelegramLink, TelegramUpdate

__all__ = [
    "Activity",
    "ApiKey",
    "AuditLog",
    "AuditSeal",
    "Delivery",
    "CannedReply",
    "ChatMessage",
    "ChatRead",
    "ChatRoom",
    "Invitation",
    "Member",
    "NoticeChoice",
    "Notification",
    "Partner",
    "RecoveryCode",
    "StoredFile",
    "TotpDevice",
    "TelegramButton",
    "TelegramCode",
    "TelegramLink",
    "TelegramUpdate",
    "User",
]

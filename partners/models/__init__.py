from .activity import Activity, ActivityItem
from .api_keys import ApiKey
from .audit import AuditLog, AuditSeal
from .company import CompanyDetails
from .deliveries import Delivery
from .files import StoredFile
from .invitations import Invitation
from .notes import PartnerNote
from .notice_choices import NoticeChoice
from .notifications import Notification
from .people import Member, Partner, User
from .second_factor import RecoveryCode, TotpDevice
from .support import CannedReply, ChatMessage, ChatRead, ChatRoom, ReadyAnswer
from .tax import TaxRegime
from .telegram import TelegramButton, TelegramCode, TelegramLink, TelegramUpdate
from .tickets import SupportTicket, TicketMessage

__all__ = [
    "Activity",
    "ActivityItem",
    "ApiKey",
    "AuditLog",
    "AuditSeal",
    "Delivery",
    "CannedReply",
    "ChatMessage",
    "ChatRead",
    "ChatRoom",
    "CompanyDetails",
    "Invitation",
    "Member",
    "NoticeChoice",
    "Notification",
    "Partner",
    "PartnerNote",
    "ReadyAnswer",
    "RecoveryCode",
    "StoredFile",
    "SupportTicket",
    "TaxRegime",
    "TotpDevice",
    "TelegramButton",
    "TelegramCode",
    "TelegramLink",
    "TelegramUpdate",
    "TicketMessage",
    "User",
]

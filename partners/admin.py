from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.admin import GroupAdmin, UserAdmin
from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from partners import admin_words, audit_words
from partners.admin_forms import NewUserForm, OtherPasswordForm, PartnerForm, UserForm
from partners.admin_tables import EditableTable, Table
from partners.models import (
    Activity,
    ActivityItem,
    ApiKey,
    AuditLog,
    AuditSeal,
    CannedReply,
    ChatMessage,
    ChatRead,
    ChatRoom,
    CompanyDetails,
    Delivery,
    Invitation,
    Member,
    NoticeChoice,
    Notification,
    Partner,
    PartnerNote,
    RecoveryCode,
    StoredFile,
    SupportTicket,
    TaxRegime,
    TelegramButton,
    TelegramCode,
    TelegramLink,
    TelegramUpdate,
    TicketMessage,
    TotpDevice,
    User,
)
from partners.services import second_factor, tax_regimes, team
from sellercloudx.lib.wiring import emit

admin.site.site_header = admin.site.site_title = "SellerCloudX"
admin.site.index_title = _("All tables")
RIGHTS = ("is_superuser", "is_staff", "groups", "user_permissions")


@admin.register(User)
class UserTable(EditableTable, UserAdmin):
    form = UserForm
    add_form = NewUserForm
    change_password_form = OtherPasswordForm
    list_display = ("pk", "first_name", "last_name", "phone", "email", "is_staff", "is_active")
    list_display_links = ("pk", "first_name", "last_name")
    list_filter = ("is_staff", "is_active")
    search_fields = ("folded",)
    ordering = ("-pk",)
    # A plain list: the two-column chooser names its parts in a way screen readers cannot use.
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("first_name", "last_name", "phone", "email", "language")}),
        (_("Password"), {"fields": ("new_password", "second_step")}),
        (_("Rights"), {"fields": ("is_active", *RIGHTS)}),
        (_("Times"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "fields": (
                    *("first_name", "last_name", "email", "phone"),
                    *("usable_password", "password1", "password2"),
                )
            },
        ),
    )

    def formfield_for_manytomany(self, db_field, request=None, **options):
        field = super().formfield_for_manytomany(db_field, request, **options)
        return admin_words.with_rights_in_words(field)

    def get_readonly_fields(self, request, obj=None):
        """Whoever may edit people may not thereby make themselves master of everything."""
        fixed = ("new_password", "second_step", "last_login", "date_joined")
        return fixed if request.user.is_superuser else (*fixed, *RIGHTS)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if request.user.is_superuser:
            return fieldsets
        return [one for one in fieldsets if "new_password" not in one[1]["fields"]]

    def has_change_permission(self, request, obj=None):
        """Accounts of our own people are the superusers' matter; one's own name is one's own."""
        is_above = obj is not None and obj != request.user and (obj.is_staff or obj.is_superuser)
        may = request.user.is_superuser or not is_above
        return may and super().has_change_permission(request, obj)

    def user_change_password(self, request, id, form_url=""):
        """Whoever sets a password can work in that person's name: staff's or a partner's."""
        if not request.user.is_superuser:
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    @admin.display(description=_("password"))
    def new_password(self, user):
        """The stored one is never shown, not even as a hash."""
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Set a new password"))

    @admin.display(description=_("second step"))
    def second_step(self, user):
        if not second_factor.device_of(user):
            return _("Not set up")
        url = reverse("partners:remove_second_step", args=[user.pk])
        return format_html('<a href="{}">{}</a>', url, _("Remove it, if the phone is lost"))


admin.site.unregister(Group)


@admin.register(Group)
class GroupTable(EditableTable, GroupAdmin):
    """What a group may do, so may its members; only superusers say it."""

    search_fields = ("name",)
    filter_horizontal = ()

    def formfield_for_manytomany(self, db_field, request=None, **options):
        field = super().formfield_for_manytomany(db_field, request, **options)
        return admin_words.with_rights_in_words(field)

    def has_add_permission(self, request):
        return request.user.is_superuser

    def has_change_permission(self, request, obj=None):
        return request.user.is_superuser

    def has_delete_permission(self, request, obj=None):
        return request.user.is_superuser


@admin.register(Partner)
class PartnerTable(EditableTable):
    form = PartnerForm
    list_display = ("pk", "company_name", "legal_form", "tax_id", "state", "created_at")
    list_display_links = ("pk", "company_name")
    list_filter = ("state", "legal_form")
    search_fields = ("folded",)
    # The state is decided on the admin panel's pages, where the partner is told.
    fields = ("company_name", "legal_form", "tax_id", "state", "state_reason", "state_changed_at")
    fields += ("blocked_until", "left_blocked_for")
    fields += ("referral_code", "referred_by_code", "terms_accepted_at", "terms_version")
    fields += ("currency", "tax_base", "automation", "created_at")
    readonly_fields = fields[3:]

    def has_add_permission(self, request):
        return False


@admin.register(CompanyDetails)
class CompanyDetailsTable(Table):
    """Passport and PINFL are in no column that could be shown."""

    list_display = ("pk", "partner", "region", "changed_at")
    search_fields = ("partner__folded",)


@admin.register(TaxRegime)
class TaxRegimeTable(EditableTable):
    # Not the name: it is in the words of whoever wrote the row.
    list_display = ("pk", "legal_form", "base", "basis_points", "valid_from", "valid_to")
    list_display_links = ("pk", "legal_form")
    list_filter = ("legal_form", "base")
    search_fields = ("name", "source")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        tax_regimes.forget_read()
        emit("taxes_changed")

    def delete_model(self, request, obj):
        super().delete_model(request, obj)
        tax_regimes.forget_read()
        emit("taxes_changed")


@admin.register(PartnerNote)
class PartnerNoteTable(Table):
    list_display = ("pk", "partner", "author", "created_at")
    search_fields = ("partner__folded", "author__folded")


@admin.register(Member)
class MemberTable(EditableTable):
    list_display = ("pk", "partner", "user", "role", "created_at")
    list_filter = ("role",)
    search_fields = ("partner__folded", "user__folded")
    readonly_fields = ("created_at",)

    def has_delete_permission(self, request, obj=None):
        is_kept = obj is not None and team.is_last_owner(obj)
        return not is_kept and admin.ModelAdmin.has_delete_permission(self, request, obj)

    def has_change_permission(self, request, obj=None):
        """The last owner stays here, too: another one is added first."""
        is_kept = obj is not None and team.is_last_owner(obj)
        return not is_kept and super().has_change_permission(request, obj)


@admin.register(Invitation)
class InvitationTable(Table):
    list_display = ("pk", "partner", "role", "created_by", "expires_at", "used_at", "revoked_at")
    list_filter = ("role",)
    search_fields = ("partner__folded",)
    # The link is a secret, also of our own people.
    exclude = ("nonce", "token_hash")


@admin.register(AuditLog)
class AuditLogTable(Table):
    list_display = ("pk", "words", "partner", "actor", "entity_type", "entity_id", "created_at")
    list_display_links = ("pk", "words")
    search_fields = ("=action", "=entity_id", "=request_id")

    @admin.display(description=_("action"), ordering="action")
    def words(self, record):
        return audit_words.action(record.action)


@admin.register(AuditSeal)
class AuditSealTable(Table):
    list_display = ("pk", "previous_id", "mac", "key_id")


@admin.register(Notification)
class NotificationTable(Table):
    list_display = ("pk", "kind", "user", "partner", "created_at", "read_at")
    list_display_links = ("pk", "kind")
    search_fields = ("=kind", "user__folded")


@admin.register(Delivery)
class DeliveryTable(Table):
    list_display = ("pk", "notification", "channel", "state", "attempts", "due_at", "sent_at")
    list_filter = ("channel", "state")
    search_fields = ("=notification__kind", "notification__user__folded")


@admin.register(NoticeChoice)
class NoticeChoiceTable(Table):
    list_display = ("pk", "user", "topic", "channel", "mode")
    list_filter = ("topic", "channel", "mode")
    search_fields = ("user__folded",)


@admin.register(TelegramLink)
class TelegramLinkTable(Table):
    list_display = ("pk", "user", "username", "state", "linked_at")
    list_filter = ("state",)
    search_fields = ("user__folded", "=username")


@admin.register(TelegramCode)
class TelegramCodeTable(Table):
    list_display = ("pk", "user", "expires_at", "used_at")
    exclude = ("code_hash",)


@admin.register(TelegramButton)
class TelegramButtonTable(Table):
    list_display = ("pk", "partner", "user", "action", "target", "used_at", "outcome")
    exclude = ("token", "press")


@admin.register(TelegramUpdate)
class TelegramUpdateTable(Table):
    list_display = ("pk", "update_id", "received_at", "attempts", "handled_at")
    # What people write to the bot is theirs.
    exclude = ("payload",)


@admin.register(StoredFile)
class StoredFileTable(Table):
    list_display = ("pk", "partner", "content_type", "size", "width", "height", "is_public")
    list_filter = ("is_public",)
    search_fields = ("sha256__startswith",)
    exclude = ("content",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("content")


@admin.register(Activity)
class ActivityTable(Table):
    list_display = ("pk", "kind", "partner", "started_by", "state", "done", "total", "created_at")
    list_display_links = ("pk", "kind")
    list_filter = ("kind", "state")
    search_fields = ("partner__folded", "started_by__folded")


@admin.register(ActivityItem)
class ActivityItemTable(Table):
    list_display = ("pk", "activity", "position", "title", "outcome")
    list_filter = ("outcome",)
    search_fields = ("=activity__pk",)


@admin.register(ApiKey)
class ApiKeyTable(Table):
    list_display = ("pk", "partner", "name", "prefix", "expires_at", "last_used_at", "revoked_at")
    list_display_links = ("pk", "name")
    search_fields = ("partner__folded", "name", "=prefix")
    exclude = ("digest",)


@admin.register(TotpDevice)
class TotpDeviceTable(Table):
    list_display = ("pk", "user", "created_at")
    search_fields = ("user__folded",)
    fields = ("user", "created_at")


@admin.register(RecoveryCode)
class RecoveryCodeTable(Table):
    list_display = ("pk", "user", "created_at", "used_at")
    search_fields = ("user__folded",)
    exclude = ("digest",)


@admin.register(ChatRoom)
class ChatRoomTable(Table):
    list_display = ("pk", "partner", "assigned", "last_id", "partner_wrote_at", "staff_wrote_at")
    search_fields = ("partner__folded",)


@admin.register(ChatMessage)
class ChatMessageTable(Table):
    list_display = ("pk", "partner", "author", "is_from_staff", "is_private", "created_at")
    list_filter = ("is_from_staff", "is_private")
    search_fields = ("folded",)


@admin.register(ChatRead)
class ChatReadTable(Table):
    list_display = ("pk", "partner", "user", "up_to", "read_at")
    search_fields = ("partner__folded", "user__folded")


@admin.register(SupportTicket)
class SupportTicketTable(Table):
    list_display = ("pk", "partner", "subject", "status", "priority", "assigned", "created_at")
    list_filter = ("status", "priority", "category")
    search_fields = ("folded", "partner__folded", "=request_code")


@admin.register(TicketMessage)
class TicketMessageTable(Table):
    list_display = ("pk", "ticket", "author", "is_from_staff", "is_private", "created_at")
    list_filter = ("is_from_staff", "is_private")
    search_fields = ("folded",)


@admin.register(CannedReply)
class CannedReplyTable(Table):
    list_display = ("pk", "title", "changed_at")
    list_display_links = ("pk", "title")
    search_fields = ("title",)


@admin.register(LogEntry)
class LogEntryTable(Table):
    list_display = ("pk", "user", "content_type", "object_repr", "action_flag", "action_time")

from django.contrib import admin

from marketplaces.models import (
    Breaker,
    CallSlot,
    Connection,
    DestructiveDay,
    Intent,
    Lease,
    NotifiedOrder,
    Operation,
    RateBudget,
    RemoteAttributes,
    RemoteCategory,
    ReplayedDay,
    Stream,
    UnreadableRow,
)
from partners.admin_tables import Table


@admin.register(Connection)
class ConnectionTable(Table):
    list_display = ("pk", "partner", "marketplace", "name", "state", "is_sandbox", "tested_at")
    list_display_links = ("pk", "name")
    list_filter = ("marketplace", "state", "is_sandbox")
    search_fields = ("partner__folded", "name", "=account")
    exclude = ("secret", "news_token")

    def get_queryset(self, request):
        return super().get_queryset(request).defer("secret")


@admin.register(Stream)
class StreamTable(Table):
    list_display = ("pk", "connection", "name", "due_at", "succeeded_at", "failures", "error_kind")


@admin.register(NotifiedOrder)
class NotifiedOrderTable(Table):
    list_display = ("pk", "connection", "external_id", "told_at")
    list_display_links = ("pk", "external_id")
    search_fields = ("=external_id",)


@admin.register(ReplayedDay)
class ReplayedDayTable(Table):
    list_display = ("pk", "connection", "day", "there", "missing", "unlisted", "read_at")
    list_display_links = ("pk", "day")


@admin.register(UnreadableRow)
class UnreadableRowTable(Table):
    list_display = ("pk", "connection", "of", "key", "reason", "first_seen_at")
    list_filter = ("of",)
    search_fields = ("=key",)


@admin.register(Operation)
class OperationTable(Table):
    list_display = ("pk", "connection", "kind", "target", "state", "attempts", "due_at")
    list_display_links = ("pk", "target")
    list_filter = ("state", "kind")
    search_fields = ("=target", "=subject", "=request_id")


@admin.register(RemoteCategory)
class RemoteCategoryTable(Table):
    list_display = ("pk", "marketplace", "external_id", "path", "fetched_at")
    list_display_links = ("pk", "path")
    list_filter = ("marketplace",)
    search_fields = ("path", "=external_id")


@admin.register(RemoteAttributes)
class RemoteAttributesTable(Table):
    list_display = ("pk", "category", "fetched_at")


@admin.register(Lease)
class LeaseTable(Table):
    list_display = ("name", "token", "until", "beaten_at")
    ordering = ("name",)


@admin.register(RateBudget)
class RateBudgetTable(Table):
    list_display = ("pk", "account", "group", "blocked_until")


@admin.register(CallSlot)
class CallSlotTable(Table):
    list_display = ("pk", "account", "number", "held_until")


@admin.register(Breaker)
class BreakerTable(Table):
    list_display = ("connection", "failures", "failing_since", "opened_at", "probe_at")
    ordering = ("connection",)


@admin.register(DestructiveDay)
class DestructiveDayTable(Table):
    list_display = ("pk", "connection", "day", "used")


@admin.register(Intent)
class IntentTable(Table):
    list_display = ("pk", "connection", "group", "method", "made_at")
    exclude = ("body",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("body")

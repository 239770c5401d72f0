from django.contrib import admin

from orders.models import (
    Conversation,
    ConversationMessage,
    ConversationNote,
    DailyAnalytics,
    MarkingCode,
    Order,
    OrderEvent,
    OrderLine,
    ReplyTemplate,
    Return,
    ReturnItem,
)
from partners.admin_tables import Table


@admin.register(Order)
class OrderTable(Table):
    list_display = ("pk", "external_id", "partner", "connection", "status", "total", "ordered_at")
    list_display_links = ("pk", "external_id")
    list_filter = ("status", "is_test")
    search_fields = ("=external_id", "partner__folded")
    # The marketplace's whole answer is the seller's to look at.
    exclude = ("raw",)

    def get_queryset(self, request):
        return super().get_queryset(request).defer("raw")


@admin.register(OrderLine)
class OrderLineTable(Table):
    list_display = ("pk", "order", "sku", "name", "quantity", "total", "stock", "covered")
    list_filter = ("stock",)
    search_fields = ("=order__external_id", "=sku")


@admin.register(OrderEvent)
class OrderEventTable(Table):
    list_display = ("pk", "order", "kind", "before", "after", "actor", "at")
    list_filter = ("kind",)
    search_fields = ("=order__external_id",)


@admin.register(DailyAnalytics)
class DailyAnalyticsTable(Table):
    list_display = ("pk", "partner", "day", "connection", "product_id", "orders", "revenue")
    list_display_links = ("pk", "day")


@admin.register(Conversation)
class ConversationTable(Table):
    """That there is one; what buyers and shops write to each other is theirs."""

    list_display = ("pk", "partner", "connection", "kind", "waits_since", "last_at")
    list_filter = ("kind",)
    search_fields = ("=external_id", "partner__folded")
    exclude = ("buyer_name", "folded")


@admin.register(ConversationMessage)
class ConversationMessageTable(Table):
    list_display = ("pk", "conversation", "sender", "state", "at")
    list_filter = ("sender", "state")
    exclude = ("text", "folded", "files", "detail")


@admin.register(ConversationNote)
class ConversationNoteTable(Table):
    list_display = ("pk", "conversation", "author", "created_at")
    exclude = ("text",)


@admin.register(ReplyTemplate)
class ReplyTemplateTable(Table):
    list_display = ("pk", "partner", "title")
    search_fields = ("partner__folded",)


@admin.register(Return)
class ReturnTable(Table):
    list_display = ("pk", "external_id", "partner", "connection", "refund_status", "opened_at")
    list_display_links = ("pk", "external_id")
    search_fields = ("=external_id", "=order_number", "partner__folded")


@admin.register(ReturnItem)
class ReturnItemTable(Table):
    list_display = ("pk", "parcel", "sku", "quantity", "received", "spoiled")
    search_fields = ("=sku",)
    exclude = ("comments",)


@admin.register(MarkingCode)
class MarkingCodeTable(Table):
    list_display = ("pk", "partner", "line", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("=code",)

from django.contrib import admin

from orders.models import DailyAnalytics, Order, OrderEvent, OrderLine
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

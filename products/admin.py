from django.contrib import admin

from partners.admin_tables import EditableTable, Table
from products.models import (
    BundlePart,
    Card,
    CatalogueRow,
    ChannelStock,
    CurrencyRate,
    FeeSchedule,
    Listing,
    Location,
    PriceBatch,
    PriceBatchRow,
    PriceChange,
    PriceLimits,
    PriceProposal,
    Product,
    ProductImport,
    QuotedFee,
    Reservation,
    ShopRate,
    StockCheck,
    StockLevel,
    StockMovement,
    TheirCard,
)
from products.services import fee_schedules


@admin.register(Product)
class ProductTable(Table):
    list_display = ("pk", "sku", "name", "partner", "cost", "price", "currency", "created_at")
    list_display_links = ("pk", "sku", "name")
    search_fields = ("folded",)


@admin.register(ProductImport)
class ProductImportTable(Table):
    list_display = ("pk", "name", "partner", "uploaded_by", "uploaded_at", "imported_at")
    list_display_links = ("pk", "name")
    search_fields = ("partner__folded",)


@admin.register(PriceChange)
class PriceChangeTable(Table):
    list_display = ("pk", "product", "before", "after", "currency", "made_by", "created_at")
    search_fields = ("=product__sku",)


@admin.register(PriceProposal)
class PriceProposalTable(Table):
    list_display = ("pk", "product", "before", "after", "currency", "state", "decided_by")
    list_filter = ("state",)
    search_fields = ("=product__sku",)


@admin.register(PriceBatch)
class PriceBatchTable(Table):
    list_display = ("pk", "partner", "state", "frozen_for", "created_by", "created_at")
    list_filter = ("state",)


@admin.register(PriceBatchRow)
class PriceBatchRowTable(Table):
    list_display = ("pk", "batch", "sku", "before", "after", "state", "code")
    list_filter = ("state",)
    search_fields = ("=sku",)


@admin.register(PriceLimits)
class PriceLimitsTable(Table):
    list_display = ("pk", "partner", "product", "least", "most", "updated_at")
    search_fields = ("=product__sku",)


@admin.register(ShopRate)
class ShopRateTable(Table):
    list_display = ("pk", "connection", "step", "basis_points", "actor", "created_at")
    list_filter = ("step",)


@admin.register(FeeSchedule)
class FeeScheduleTable(EditableTable):
    list_display = ("pk", "marketplace", "step", "basis_points", "terms", "valid_from", "valid_to")
    list_filter = ("marketplace", "step")
    search_fields = ("terms", "source")

    def save_model(self, request, obj, form, change):
        super().save_model(request, obj, form, change)
        fee_schedules.forget_read()


@admin.register(CurrencyRate)
class CurrencyRateTable(EditableTable):
    """A rate that was kept aside is decided about here; the figures are the bank's."""

    list_display = ("pk", "currency", "nominal", "ten_thousandths", "day", "state", "fetched_at")
    list_filter = ("state", "currency")
    search_fields = ("=currency",)
    readonly_fields = ("currency", "nominal", "ten_thousandths", "day", "source", "fetched_at")

    def has_add_permission(self, request):
        return False


@admin.register(QuotedFee)
class QuotedFeeTable(Table):
    list_display = ("pk", "listing", "price", "currency", "fetched_at")
    search_fields = ("=listing__product__sku",)


@admin.register(Listing)
class ListingTable(Table):
    list_display = ("pk", "product", "connection", "state", "remote_status", "sent_at", "read_at")
    list_display_links = ("pk", "product")
    list_filter = ("state",)
    search_fields = ("product__folded",)


@admin.register(Card)
class CardTable(Table):
    list_display = ("pk", "listing", "version", "made_by", "model", "created_at", "approved_at")
    list_filter = ("made_by",)


@admin.register(Location)
class LocationTable(Table):
    list_display = ("pk", "partner", "kind", "name")
    list_filter = ("kind",)


@admin.register(StockLevel)
class StockLevelTable(Table):
    list_display = ("pk", "product", "location", "on_hand", "reserved", "published", "overhang")
    list_filter = ("is_strict",)
    search_fields = ("product__folded",)


@admin.register(StockMovement)
class StockMovementTable(Table):
    list_display = ("pk", "product", "location", "kind", "quantity", "source", "created_at")
    list_filter = ("kind",)
    search_fields = ("=source", "=product__sku")


@admin.register(Reservation)
class ReservationTable(Table):
    list_display = ("pk", "product", "location", "quantity", "source", "state", "created_at")
    list_filter = ("state",)
    search_fields = ("=source", "=product__sku")


@admin.register(ChannelStock)
class ChannelStockTable(Table):
    list_display = ("pk", "listing", "buffer", "cap", "acked", "acked_at", "held", "is_unsure")
    list_filter = ("is_unsure",)
    search_fields = ("=listing__product__sku",)


@admin.register(StockCheck)
class StockCheckTable(Table):
    list_display = ("pk", "partner", "at", "checked", "wrong")


@admin.register(BundlePart)
class BundlePartTable(Table):
    list_display = ("pk", "bundle", "part", "quantity")
    search_fields = ("=bundle__sku", "=part__sku")


@admin.register(TheirCard)
class TheirCardTable(Table):
    list_display = ("pk", "listing", "price", "currency", "stock", "shop_status", "read_at")
    search_fields = ("=listing__product__sku",)


@admin.register(CatalogueRow)
class CatalogueRowTable(Table):
    list_display = ("pk", "partner", "connection", "sku", "state", "product", "seen_at")
    list_filter = ("state",)
    search_fields = ("=sku",)

from django.contrib import admin

from partners.admin_tables import Table
from products.models import (
    BundlePart,
    Card,
    ChannelStock,
    Listing,
    Location,
    PriceChange,
    PriceProposal,
    Product,
    ProductImport,
    Reservation,
    ShopRate,
    StockCheck,
    StockLevel,
    StockMovement,
)


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


@admin.register(ShopRate)
class ShopRateTable(Table):
    list_display = ("pk", "connection", "step", "basis_points", "actor", "created_at")
    list_filter = ("step",)


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

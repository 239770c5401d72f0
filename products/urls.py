from django.urls import path

from products.views import (
    cards,
    catalogue,
    importing,
    listings,
    price_batches,
    price_limits,
    product,
    proposals,
    publishing,
    rates,
    stock,
)

app_name = "products"
products = "partner-dashboard/products/"
listing = "partner-dashboard/listings/<int:pk>/"
urlpatterns = [
    path(products, catalogue.index, name="list"),
    path(products + "add/", catalogue.add, name="add"),
    path(products + "prices/", proposals.index, name="proposals"),
    path(products + "prices/<int:pk>/accept/", proposals.accept, name="accept_price"),
    path(products + "prices/<int:pk>/decline/", proposals.decline, name="decline_price"),
    path(products + "prices/limits/", price_limits.general, name="price_limits"),
    path(products + "prices/undo-rule/", price_batches.undo_rule, name="undo_rule"),
    path(products + "prices/changes/<int:pk>/undo/", price_batches.undo_one, name="undo_price"),
    path(products + "prices/many/", price_batches.index, name="many_prices"),
    path(products + "prices/many/<int:pk>/", price_batches.detail, name="price_batch"),
    path(products + "prices/many/<int:pk>/go-on/", price_batches.release, name="release_prices"),
    path(products + "prices/many/<int:pk>/stop/", price_batches.stop, name="stop_prices"),
    path(products + "prices/many/<int:pk>/undo/", price_batches.undo, name="undo_prices"),
    path(products + "<int:pk>/limits/", price_limits.of_product, name="product_limits"),
    path(products + "export/", catalogue.export, name="export"),
    path(products + "publish/", publishing.publish, name="publish"),
    path(products + "import/", importing.upload, name="import"),
    path(products + "import/template.csv", importing.template, name="import_template"),
    path(products + "import/<int:pk>/", importing.preview, name="import_preview"),
    path(products + "<int:pk>/", product.detail, name="detail"),
    path(products + "<int:pk>/edit/", product.edit, name="edit"),
    path(products + "<int:pk>/price/", product.price, name="price"),
    path(products + "<int:pk>/adjust/", product.adjust, name="adjust"),
    path(products + "<int:pk>/stock/", stock.limits, name="stock"),
    path(products + "<int:pk>/parts/", stock.parts, name="parts"),
    path(products + "stock-check/", stock.check, name="stock_check"),
    path(products + "<int:pk>/shops/", product.shops, name="shops"),
    path(products + "<int:pk>/list/<int:connection_pk>/", listings.open_one, name="open_listing"),
    path("partner-dashboard/marketplaces/<int:connection_pk>/rates/", rates.edit, name="rates"),
    path(listing, listings.detail, name="listing"),
    path(listing + "approve/", listings.approve, name="approve_card"),
    path(listing + "category/", listings.category, name="category"),
    path(listing + "card/", cards.edit, name="edit_card"),
]

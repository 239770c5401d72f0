from django.contrib import admin
from django.urls import include, path

from sellercloudx.api.urls import urls as api
from sellercloudx.pages import preferences

handler500 = "sellercloudx.pages.errors.broken"
urlpatterns = [
    path("language/", preferences.choose_language, name="set_language"),
    path("theme/", preferences.set_theme, name="set_theme"),
    path("", include("sellercloudx.pages.urls")),
    path("", include("partners.urls")),
    path("", include("marketplaces.urls")),
    path("", include("products.urls")),
    path("", include("orders.urls")),
    path("", include("referrals.urls")),
    path("", include("ai_manager.urls")),
    path("api/", api),
    path("admin/", admin.site.urls),
]

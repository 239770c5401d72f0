from django.urls import path, re_path

from sellercloudx.health import health
from sellercloudx.metrics import metrics

from . import (
    company,
    components,
    files,
    home,
    overview,
    partner,
    sample,
    staff_home,
    staff_not_told,
    staff_shops,
)

app_name = "pages"
urlpatterns = [
    path("", home.home, name="home"),
    path("partner-dashboard/", overview.overview, name="overview"),
    path("partner-dashboard/settings/company/", company.company_details, name="company"),
    path("partner-registration/sample/", sample.look_round, name="sample"),
    path("partner-registration/sample/wait/", sample.wait, name="sample_wait"),
    path("admin-panel/", staff_home.home, name="staff_home"),
    path("admin-panel/shops/", staff_shops.shops, name="staff_shops"),
    path("admin-panel/not-told/", staff_not_told.index, name="staff_not_told"),
    path("admin-panel/not-told/decide/", staff_not_told.decide, name="staff_decide"),
    path("admin-panel/shops/<int:pk>/retry/", staff_shops.retry, name="retry_shop"),
    path("admin-panel/partners/<int:pk>/", partner.partner, name="partner"),
    path("admin-panel/components/", components.components, name="components"),
    re_path(r"^i/(?P<sha256>[0-9a-f]{64})\.jpg$", files.file, name="file"),
    path("health", health, name="health"),
    path("metrics", metrics, name="metrics"),
]

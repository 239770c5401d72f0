from django.urls import path

from orders.views import analytics, partner, staff

app_name = "orders"
base = "partner-dashboard/orders/"
urlpatterns = [
    path(base, partner.index, name="list"),
    path(base + "ready/", partner.ready_many, name="ready_many"),
    path(base + "export/", partner.export, name="export"),
    path(base + "<int:pk>/", partner.detail, name="detail"),
    path(base + "of/<str:source>/", partner.of_source, name="of_source"),
    path(base + "<int:pk>/ready/", partner.ready, name="ready"),
    path(base + "<int:pk>/cancel/", partner.cancel, name="cancel"),
    path(base + "<int:pk>/label/", partner.label, name="label"),
    path(base + "<int:pk>/lines/<int:line_pk>/link/", partner.link, name="link"),
    path("partner-dashboard/analytics/", analytics.analytics, name="analytics"),
    path("admin-panel/analytics/", staff.analytics, name="staff_analytics"),
]

from django.urls import path

from ai_manager.views import partner, staff

app_name = "ai_manager"
urlpatterns = [
    path("partner-dashboard/listings/<int:pk>/remake/", partner.remake, name="remake"),
    path("partner-dashboard/settings/automation/", partner.automation, name="automation"),
    path("admin-panel/ai/", staff.usage, name="staff_usage"),
]

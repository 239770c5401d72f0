from django.contrib import admin

from ai_manager.models import AiErrorLog, AiUsageLog, CardJob
from partners.admin_tables import Table


@admin.register(CardJob)
class CardJobTable(Table):
    list_display = ("pk", "partner", "listing", "state", "attempts", "due_at", "error")
    list_filter = ("state",)


@admin.register(AiUsageLog)
class AiUsageLogTable(Table):
    list_display = ("pk", "partner", "task", "provider", "model_returned", "outcome", "created_at")
    list_display_links = ("pk", "task")
    search_fields = ("=request_group", "=provider", "=outcome", "partner__folded")


@admin.register(AiErrorLog)
class AiErrorLogTable(Table):
    list_display = ("pk", "partner", "error_class", "http_status", "message", "created_at")
    list_display_links = ("pk", "message")

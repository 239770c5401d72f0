from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AiManagerConfig(AppConfig):
    name = "ai_manager"
    verbose_name = _("AI manager")

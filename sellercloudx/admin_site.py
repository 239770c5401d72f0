"""Django's own pages, behind the same second step as ours."""

from django.contrib import admin

from partners import second_step


class AdminSite(admin.AdminSite):
    def has_permission(self, request):
        return super().has_permission(request) and second_step.is_passed(request)

"""Django's own pages, behind the same second step as ours."""

from functools import wraps

from django.contrib import admin
from django.core.exceptions import BadRequest

from partners import second_step


class AdminSite(admin.AdminSite):
    def has_permission(self, request):
        return super().has_permission(request) and second_step.is_passed(request)

    def admin_view(self, view, cacheable=False):
        drawn = super().admin_view(view, cacheable)

        @wraps(drawn)
        def readable(request, *args, **kwargs):
            # No text holds a NUL, and PostgreSQL breaks off where a filter looks for one.
            if "%00" in request.META.get("QUERY_STRING", ""):
                raise BadRequest("a NUL in the address")
            return drawn(request, *args, **kwargs)

        return readable

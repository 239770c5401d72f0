"""How a table of ours stands in Django's own admin: quick, read-only unless it says otherwise."""

from django.contrib import admin

from partners import audit
from partners.admin_words import name_columns
from partners.models import Partner


class Table(admin.ModelAdmin):
    """Rows are looked at here; they are changed by the services behind the pages.

    Foreign keys are numbers with a link, so that no page loads a list of all partners.
    """

    list_per_page = 50
    # Counting everything besides what is found is slow on large tables and tells little.
    show_full_result_count = False
    ordering = ("-pk",)

    def __init__(self, model, site):
        super().__init__(model, site)
        name_columns(model)
        links = [f.name for f in model._meta.fields if f.many_to_one or f.one_to_one]
        self.raw_id_fields = links
        # One query for the whole list, also where a link may be empty.
        self.list_select_related = [name for name in links if name in self.list_display]

    def get_object(self, request, object_id, from_field=None):
        """`?_to_field=` names no field; Django would look for one with no name."""
        return super().get_object(request, object_id, from_field or None)

    def has_add_permission(self, request):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class EditableTable(Table):
    """Rows may be added and changed here, by those with the right; each change is audited."""

    def has_add_permission(self, request):
        return admin.ModelAdmin.has_add_permission(self, request)

    def has_change_permission(self, request, obj=None):
        return admin.ModelAdmin.has_change_permission(self, request, obj)

    def log_addition(self, request, obj, message):
        self._audit(request, "ADMIN_ADDED", obj, message)
        return super().log_addition(request, obj, message)

    def log_change(self, request, obj, message):
        self._audit(request, "ADMIN_CHANGED", obj, message)
        return super().log_change(request, obj, message)

    def log_deletions(self, request, queryset):
        for row in queryset:
            self._audit(request, "ADMIN_DELETED", row, str(row))
        return super().log_deletions(request, queryset)

    def _audit(self, request, action, row, message):
        audit.record(
            action,
            partner=row if isinstance(row, Partner) else getattr(row, "partner", None),
            actor=request.user,
            entity=row,
            after={"changes": message},
        )

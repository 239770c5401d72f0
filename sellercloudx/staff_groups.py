"""The groups of our own people, and what each may do. Superusers may do everything."""

from typing import Any

from django.apps import apps
from django.db.models import Q

# Permissions that pages of the admin panel and Django's own tables ask for.
GROUPS = {
    "support": [
        "partners.view_partner",
        "partners.view_companydetails",
        "partners.view_member",
        "partners.view_invitation",
        "partners.view_user",
        "partners.view_notification",
        "partners.view_auditlog",
        "partners.view_chatroom",
        "partners.change_chatroom",
        "partners.view_chatmessage",
        "partners.view_chatread",
        "partners.view_cannedreply",
        "partners.view_partnernote",
        "partners.add_partnernote",
        "partners.view_supportticket",
        "partners.change_supportticket",
        "partners.view_ticketmessage",
        "marketplaces.view_connection",
        "marketplaces.retry_operation",
        "products.view_product",
        "products.view_listing",
        "orders.view_order",
    ],
    "moderator": [
        "partners.view_partner",
        "partners.change_partner",
        "partners.view_companydetails",
        "partners.view_member",
        "partners.view_auditlog",
        "partners.view_partnernote",
        "partners.add_partnernote",
        "products.view_product",
        "products.view_listing",
    ],
    "finance": [
        "partners.view_partner",
        "partners.view_companydetails",
        "partners.view_partnernote",
        "partners.add_partnernote",
        "orders.view_dailyanalytics",
        "orders.view_order",
        "referrals.view_referral",
    ],
    "ai_operator": [
        "partners.view_partner",
        "ai_manager.view_aiusagelog",
        "products.view_listing",
    ],
}


def make_groups(**kwargs: Any) -> None:
    """After every migrate. What a superuser gave a group besides stays given."""
    Group = apps.get_model("auth", "Group")
    for name, permissions in GROUPS.items():
        group, _ = Group.objects.get_or_create(name=name)
        group.permissions.add(*_known(permissions))


def _known(names: list[str]) -> Any:
    """While migrations go backwards some do not exist."""
    wanted = Q()
    for name in names:
        app, codename = name.split(".")
        wanted |= Q(content_type__app_label=app, codename=codename)
    return apps.get_model("auth", "Permission").objects.filter(wanted)

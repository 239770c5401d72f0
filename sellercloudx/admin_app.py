from django.contrib.admin.apps import AdminConfig


class OurAdminConfig(AdminConfig):
    default_site = "sellercloudx.admin_site.AdminSite"

from django.contrib import admin

from partners.admin_tables import Table
from referrals.models import Referral


@admin.register(Referral)
class ReferralTable(Table):
    list_display = ("pk", "referrer", "referred", "code", "created_at")
    search_fields = ("=code", "referrer__folded", "referred__folded")

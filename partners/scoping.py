from django.db import models


class PartnerScopedQuerySet(models.QuerySet):
    """Every tenant's rows; a view starts from `for_partner`, so another's id is a 404."""

    def for_partner(self, partner):
        return self.filter(partner=partner)

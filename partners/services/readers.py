"""Asked when a message is about to go out, for it may have waited: is there still a reader?"""

from django.db.models import Exists, OuterRef, Q, QuerySet

from partners.models import Delivery, Member

_membership = Member.objects.filter(
    partner=OuterRef("notification__partner"), user=OuterRef("notification__user")
)
# A company is told of to its members and to our people, anything to whoever may still come in.
_of_a_company = Q(notification__partner__isnull=False, notification__user__is_staff=False)
_is_lost = Q(notification__user__is_active=False) | (_of_a_company & ~Exists(_membership))


def lost(waiting: QuerySet[Delivery]) -> QuerySet[Delivery]:
    """Those whose readers have left the company, or were switched off."""
    return waiting.filter(_is_lost)

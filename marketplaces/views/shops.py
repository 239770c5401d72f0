"""The shop that a page is about: the partner's own, or there is no such page."""

from django.shortcuts import get_object_or_404

from marketplaces import breakers
from marketplaces.connectors.registry import connector_class
from marketplaces.explain import standing
from marketplaces.models import Connection


def shown(request, pk) -> Connection:
    """One that is not disconnected, with what its pages show beside it."""
    own = _own(request).shown().select_related("partner", "breaker")
    return described(get_object_or_404(own, pk=pk))


def working(request, pk) -> Connection:
    """One that the worker may speak for."""
    return get_object_or_404(_own(request).working(), pk=pk)


def described(connection: Connection) -> Connection:
    connection.title = connector_class(connection.marketplace).name
    connection.tone, connection.standing = standing(connection)
    connection.is_left_alone = breakers.standing(connection)
    return connection


def _own(request):
    return Connection.objects.for_partner(request.partner).select_related("partner")

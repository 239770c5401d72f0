"""What a seller is asked for."""

from django.utils.translation import gettext_lazy as _

from marketplaces.connectors.base import CredentialField

FIELDS = (
    CredentialField(
        "api_key",
        _("Api-Key"),
        _("Seller's account, Settings, API and modules. Give the key all methods."),
        is_secret=True,
    ),
    CredentialField(
        "business_id",
        _("Business"),
        _("The account whose catalogue and prices are used."),
        is_typed=False,
    ),
    CredentialField(
        "campaign_id",
        _("Shop"),
        _("The shop whose stock and orders are used."),
        is_typed=False,
    ),
)

"""What a seller agrees to: which text, where data is kept, who else sees it."""

from django.conf import settings
from django.utils.translation import gettext_lazy as _

# The date of the text in templates/partners/_terms.html; a change of it is a new version.
VERSION = "2026-11-25"
AI_PROVIDERS = ("OpenAI", "Anthropic", "Replicate", "Ideogram")
# Countries where this service can be run today; another one is shown by its code.
COUNTRIES = {
    "UZ": _("Uzbekistan"),
    "NL": _("Netherlands"),
    "SG": _("Singapore"),
    "US": _("United States"),
}


UNTOLD = _("that of our hosting provider, named to you on request")


def storage_country() -> str:
    code = settings.STORAGE_COUNTRY
    return str(COUNTRIES.get(code, code) if code else UNTOLD)

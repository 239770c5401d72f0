"""What we refuse before a marketplace is asked; kept where its own words are, and not its own."""

from django.utils.translation import gettext_noop

NO_RUSSIAN_TEXT = gettext_noop("Yandex Market takes a new card in Russian first.")
NOT_A_NUMBER = gettext_noop("The number of this card's category or characteristic cannot be sent.")
OTHER_PRICE_HELD = gettext_noop(
    "Another price is held back there now: look at it and confirm again."
)
ALL = frozenset({NO_RUSSIAN_TEXT, NOT_A_NUMBER, OTHER_PRICE_HELD})

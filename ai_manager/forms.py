from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from partners.models import Partner

Level = Partner.Automation
# What happens without a person at each of them, as it is today: see services/automation.py.
LEVEL_WORDS: dict[str, Promise] = {
    Level.MINIMAL: _(
        "a card is written only when you ask for it, and is sent only when you approve it"
    ),
    Level.BALANCED: _(
        "a card is written by itself for every product in every shop and waits for your approval"
    ),
    Level.MAXIMUM: _(
        "a card is written by itself; one without remarks that lacks nothing is approved and sent "
        "to the marketplace at once, any other waits for you"
    ),
}


def levels_in_words() -> list[tuple[str, str]]:
    return [(level.value, f"{level.label}: {LEVEL_WORDS[level]}.") for level in Level]


class AutomationForm(forms.Form):
    level = forms.ChoiceField(label=_("Automation level"), widget=forms.RadioSelect)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["level"].choices = levels_in_words()

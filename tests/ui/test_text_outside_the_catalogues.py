"""Whatever a person reads went through the catalogues: in templates, in Python, on every page.

`scripts.messages --check` sees that what was asked for is translated; here stands what nobody asked
for. The lists say what is right in every language, and were read one by one.
"""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets, label_for_field
from django.urls import reverse
from django.utils import translation

from partners import regions
from scripts.messages import APPS
from sellercloudx.lib import formats
from tests import marked
from tests.permission_table import RULES
from tests.test_query_counts import address, know_the_category
from tests.ui import outside

ROOT = Path(settings.BASE_DIR)
TEMPLATES = sorted(p for p in (ROOT / "templates").rglob("*.*") if p.suffix in (".html", ".txt"))
# Written for developers in one language: what the API and its schema say of themselves, what a
# terminal and the log are told, what a model is asked, and the page that shows all parts.
FOR_DEVELOPERS = (
    *("sellercloudx/api/", "sellercloudx/backups/", "sellercloudx/demo/", "sellercloudx/checks.py"),
    *("sellercloudx/metrics.py", "sellercloudx/settings.py", "sellercloudx/pages/components.py"),
    *("marketplaces/sandbox/", "ai_manager/prompts/", "/management/", "/migrations/"),
)
SHOWN_OTHERWISE = tuple(
    f"templates/{name}"
    for name in ("pages/components", "pages/_components", "components/tile.html")
)
MODULES = [
    path
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if not any(part in str(path.relative_to(ROOT)) for part in FOR_DEVELOPERS)
]
# Ours, theirs, each language by its own name, and what stands on keys.
NAMES = {
    "SellerCloudX",
    "Yandex",
    "Market",
    "Uzum",
    "Ozon",
    "Wildberries",
    "Telegram",
    "OpenAI",
    "Anthropic",
    "API",
    "SKU",
    "ID",
}
# The last is an example of what one looks for in the audit.
NAMES |= {
    "PARTNER_APPROVED",
    "Oʻzbekcha",
    "Русский",
    "English",
    "Shift",
    "Esc",
    "openapi.json",
    "SKU-1.csv",
    "UZS",
    "FBS",
    "HTTP",
}
# Explained by the reader's own words (marketplaces/explain.py); these are for the log.
LOGGED = {
    "The marketplace did not answer in time.",
    "The marketplace answered ",
    "The marketplace cannot be reached.",
    "The marketplace hung up.",
    "The answer is damaged.",
    "The answer broke off in the middle.",
    "The answer is not what the document says (",
    # Of a field of money in Django's own documentation of models.
    "Amount of money",
}
# Data with a name in each language (data/regions.json).
REGIONS = [one[language] for one in regions._regions() for language in ("uz", "ru", "en")]
NAMES |= {word for name in REGIONS for word in name.split()}
UNITS = [*formats.SCALES.values(), *(names.values() for names in formats.CURRENCY_NAMES.values())]
WORDS_OF_FORMATS = {word for unit in UNITS for name in unit for word in name.split()}


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_templates_say_nothing_by_themselves():
    found = {}
    for path in TEMPLATES:
        # With words of every language, or an element that a tag chooses.
        if relative(path).startswith(SHOWN_OTHERWISE):
            continue
        said = outside.in_template(path.read_text(), is_html=path.suffix == ".html")
        if left := [word for word in said if word not in NAMES]:
            found[relative(path)] = left
    assert found == {}


def test_modules_say_nothing_by_themselves():
    found = {}
    for path in MODULES:
        texts = {text.partition(": ")[2] for text in outside.in_python(path.read_text())} - LOGGED
        if left := [text for text in texts if set(text.split()) - NAMES - WORDS_OF_FORMATS]:
            found[relative(path)] = left
    assert found == {}


@pytest.mark.parametrize("path", sorted((ROOT / "static/js").glob("*.js")), ids=lambda p: p.name)
def test_a_script_says_nothing_by_itself(path):
    """What it shows comes from attributes of the page, which are translated there."""
    code = re.sub(r"^\s*//.*$", "", path.read_text(), flags=re.MULTILINE)
    texts = re.findall(r'"([^"\n]*)"|`([^`]*)`', code)
    said = [a or b for a, b in texts if outside.words_of(a or b)[1:] and (a or b)[0].isupper()]
    shown = re.findall(r"(?:textContent|title|ariaLabel|alert\(|confirm\()\s*=?\s*[\"'`].*", code)
    assert said + shown == []


# --- Every page, drawn ---


@pytest.fixture
def shop(db):
    """Everything a person or a marketplace wrote there has no letters."""
    know_the_category()
    connection = marked.shop(lambda most: "※※※")
    connection.name = connection.partner.company_name = "※※※"
    return connection


def of_people(shop, staff) -> re.Pattern:
    """Names, logins and codes that the factories gave."""
    people = [*shop.partner.users.all(), staff]
    given = [(one.first_name, one.last_name, one.email, one.phone) for one in people]
    data = {word for names in given for name in names if name for word in name.split()}
    data |= {shop.partner.referral_code, "Yulduz", "Asia/Tashkent"}
    # Of the invitation that the audit quotes: its note, and the role as it is kept.
    data |= {"x", "viewer"}
    # Of the ticket.
    data |= {"Etiketka", "chiqmayapti", "Salom"}
    return re.compile(
        "|".join([*map(re.escape, data), r"SKU-\d+", r"SCALE-\d+-\d+", r"user\d+@example.uz"])
    )


def pages(client, shop, staff):
    for name, rule in RULES.items():
        if "get" not in rule.methods or rule.who == "api" or name == "pages:components":
            continue
        language = client.cookies["django_language"].value
        client.logout()
        client.cookies["django_language"] = language
        if rule.who != "everyone":
            client.force_login(staff if rule.who == "staff" else shop.partner.owner)
        about = rule.about(shop.partner)
        url = reverse(name, kwargs=about) if rule.who == "everyone" else address(name, shop)
        answer = client.get(url, headers={"HX-Request": "true"})
        if "html" in answer.get("Content-Type", ""):
            yield name, answer.content.decode()


@pytest.mark.parametrize("language", ["uz", "ru"])
def test_a_page_says_nothing_by_itself(client, shop, staff, monkeypatch, language):
    outside.mark_everything(monkeypatch)
    client.cookies["django_language"] = language
    data, found, seen = of_people(shop, staff), {}, 0
    for name, page in pages(client, shop, staff):
        seen += page.count(outside.OPEN)
        left = [word for word in outside.on_page(page) if not data.fullmatch(word)]
        if wrong := set(left) - NAMES - WORDS_OF_FORMATS:
            found[name] = wrong
    assert found == {}
    assert seen > 1000


class Everything:
    """Somebody of ours who may do everything."""

    is_superuser = True

    def has_perm(self, *args):
        return True


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model._meta.label)
def test_a_column_of_the_admin_has_a_name_in_the_catalogues(rf, monkeypatch, model):
    table = admin.site._registry[model]
    request = rf.get("/")
    request.user = Everything()
    shown = {*table.list_display, *flatten_fieldsets(table.get_fieldsets(request, model()))}
    outside.mark_everything(monkeypatch)
    labels = [str(label_for_field(name, model, table)) for name in shown - {"pk", "__str__"}]
    assert labels
    left = [outside.outside_of_marks(label) for label in labels]
    assert [label for label in left if set(outside.words_of(label)) - NAMES] == []


# --- It would be noticed ---


@pytest.mark.parametrize(
    "template",
    [
        "<p>Save</p>",
        "<p>{% if x %}Saqlash{% endif %}</p>",
        '<button aria-label="Close">{{ x }}</button>',
        '<input placeholder="Search" value="{{ q }}">',
        '<input type="submit" value="Save">',
        '{% tile "Orders" 5 %}',
        '{% head title="All orders" %}{% endhead %}',
        '{{ name|default:"Nobody" }}',
        "{% comment %}Text{% endcomment %}<b>Текст</b>",
    ],
)
def test_a_text_of_a_template_is_noticed(template):
    assert list(outside.in_template(template))


def test_what_a_template_asks_for_is_none():
    template = (
        '{% load ui %}{# Text #}<p class="a b">{% translate "Save" %} {{ x|default:"—" }} 5 %</p>'
        '{% blocktranslate %}Hello <b>you</b>{% endblocktranslate %}{% tile _("Orders") 5 %}'
        "{% comment %}Text{% endcomment %}<script src=x>let text</script><code>CODE</code>"
    )
    assert list(outside.in_template(template)) == []


@pytest.mark.parametrize(
    "module",
    [
        'messages.success(request, "Saved")',
        'messages.error(request, f"{name} is wrong")',
        'raise ValidationError("Wrong")',
        'form.add_error("name", "Wrong")',
        'name = forms.CharField(label="Name")',
        'name = models.CharField("name", max_length=5)',
        'class State(models.TextChoices):\n    NEW = "new", "New"',
        'attrs = {"placeholder": "Search"}',
        'return HttpResponse("Not here")',
        'WORDS = {"new": "This order is new."}',
    ],
)
def test_a_text_of_a_module_is_noticed(module):
    assert list(outside.in_python(module))


def test_what_a_module_asks_for_is_none():
    module = (
        '"""Says something."""\nfrom x import _\nlogger.error("Something broke here")\n'
        'name = models.CharField(_("name"), max_length=5, choices=State.choices)\n'
        'messages.success(request, _("Saved"))\nWORDS = {"new": _("This order is new.")}\n'
        'class State(models.TextChoices):\n    NEW = "new", _("New")\n'
        'cursor.execute("SELECT a FROM b WHERE c")\n'
        'def f():\n    """Does it well."""\n    raise ValueError("No such thing at all")\n'
    )
    assert list(outside.in_python(module)) == []


def test_a_text_of_a_page_is_noticed(monkeypatch):
    outside.mark_everything(monkeypatch)
    with translation.override("ru"):
        told = translation.gettext("Save")
    assert list(outside.on_page(f"<p title='{told}'>{told} 5 <b>{told}</b></p>")) == []
    assert list(outside.on_page(f"<p title='Hint'>{told} now</p>")) == ["Hint", "now"]

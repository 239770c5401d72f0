"""What a form answers to bad input is in the reader's language, Django's sentences too."""

import re
from collections.abc import Iterator
from pathlib import Path

import django
import pytest
from django import forms
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import QueryDict
from django.urls import get_resolver
from django.utils import translation

from marketplaces.connectors.conversations import ReturnDecision
from marketplaces.connectors.registry import connector_class
from marketplaces.connectors.remote import (
    Attribute,
    AttributeOption,
    CheckResult,
    RemoteBusiness,
    RemoteShop,
)
from marketplaces.forms import KeyForm, NotToldForm, ShopForm
from marketplaces.shop_filter import ShopFilterForm
from orders import inbox_forms
from orders.forms import CancelForm, FilterForm, LinkForm
from orders.inbox_forms import AnswererForm, InboxFilterForm
from orders.models import OrderLine, ReturnItem
from orders.parcel_forms import DecisionForm, PackForm, TakeInForm
from partners.company_form import CompanyForm
from partners.contact_form import ContactForm
from partners.forms import ChangePasswordForm, InvitationForm, NewPasswordForm, RoleForm
from partners.models import Member
from partners.notice_form import NoticeForm
from partners.ticket_forms import TicketFilterForm
from products.card_form import CardForm
from products.listing_filters import ListingFilterForm
from products.stock_forms import PartsForm, StockForm
from scripts.messages import APPS, FROM_DJANGO, in_python
from sellercloudx.demo import scale
from tests import factories
from tests.partners.applications import typed

pytestmark = pytest.mark.django_db
BAD = ["", " ", "🙂", "<b>", "\x00", "neto@", "-1", "0", "1e309", "9" * 30, "x" * 7000, "1.5"]
# Too short, nothing but digits, in everybody's list, one's own name.
PASSWORDS = ["short1", "12345678901", "password1", "Oʻrinboyev"]
PASSWORD = {"uz": ("Parol ", "Bu parol "), "ru": ("Пароль ", "Этот пароль ")}
SHOP = RemoteShop("1", "Yulduz", "1", "FBS", is_available=True)
SEEN = CheckResult("key", (), (RemoteBusiness("1", "Yulduz", "UZS"),), (SHOP, SHOP))
ATTRIBUTES = [
    Attribute("1", "Material", "text", is_required=True, max_length=20),
    Attribute("2", "Hajmi", "number", is_required=True, minimum=1, maximum=9),
    Attribute("3", "Yuviladi", "boolean", is_required=True),
    Attribute("4", "Rangi", "enum", True, (AttributeOption("1", "qizil"),), allows_custom=False),
    Attribute(
        "5", "Turi", "enum", True, (AttributeOption("1", "yashil"),),
        allows_custom=False, is_multiple=True,
    ),
]  # fmt: skip


def all_forms(of=forms.BaseForm) -> Iterator[type[forms.BaseForm]]:
    """Those of our pages; the tables of Django's own admin have others."""
    assert get_resolver().url_patterns
    for form in of.__subclasses__():
        yield from all_forms(form)
        app, *_, module = form.__module__.split(".")
        if app in APPS and module not in ("admin", "admin_forms") and form is not ShopFilterForm:
            yield form


def made(form, data, files=None):
    """With what its view gives it, too."""
    special = {
        RoleForm: lambda: RoleForm(data, roles=list(Member.Role)),
        InvitationForm: lambda: InvitationForm(data, roles=list(Member.Role)),
        NewPasswordForm: lambda: NewPasswordForm(data, user=factories.make_user()),
        NoticeForm: lambda: NoticeForm(data, user=factories.make_user(), runs_it=True),
        KeyForm: lambda: KeyForm(connector_class("yandex"), data),
        ShopForm: lambda: ShopForm(SEEN, data),
        CancelForm: lambda: CancelForm(data, reasons=["SHOP_FAILED"]),
        LinkForm: lambda: LinkForm(data, partner=factories.make_partner()),
        CompanyForm: lambda: CompanyForm(data, partner=factories.make_partner(), details=None),
        FilterForm: lambda: FilterForm(
            data, shops=[factories.make_connection(), factories.make_connection()]
        ),
        StockForm: lambda: StockForm(data, listings=[factories.make_listing()], is_strict=False),
        PartsForm: lambda: PartsForm(data, partner=factories.make_partner(), parts=[]),
        TicketFilterForm: lambda: TicketFilterForm(data, user=factories.make_user(), is_staff=True),
        CardForm: lambda: CardForm(
            data, card=scale.card(factories.make_listing()), attributes=ATTRIBUTES
        ),
        ContactForm: lambda: ContactForm(data, user=factories.make_user()),
        ChangePasswordForm: lambda: ChangePasswordForm(data, user=factories.make_user()),
        NotToldForm: lambda: NotToldForm(data, shops=[]),
        InboxFilterForm: lambda: InboxFilterForm(data, shops=[factories.make_connection()]),
        ListingFilterForm: lambda: ListingFilterForm(data, shops=[factories.make_connection()]),
        inbox_forms.NoteForm: lambda: inbox_forms.NoteForm(data),
        AnswererForm: lambda: AnswererForm(data, colleagues=[factories.make_user()]),
        TakeInForm: lambda: TakeInForm(data, item=ReturnItem(pk=1, quantity=2)),
        DecisionForm: lambda: DecisionForm(data, offered=[ReturnDecision("REFUND", ("OTHER",))]),
        PackForm: lambda: PackForm(data, lines=[OrderLine(pk=1, quantity=2, name="Choynak")]),
    }
    return special[form]() if form in special else form(data, files)


def answers(form, language: str) -> list[str]:
    """Each sentence the form answers with, field by field and bad value by bad value."""
    said = []
    with translation.override(language):
        fields = made(form, QueryDict()).fields
        for value in BAD:
            data = QueryDict(mutable=True)
            for name in fields:
                data[name] = value
            filled = made(form, data, {"photo": SimpleUploadedFile("x" * 200 + ".jpg", b"")})
            for name, errors in filled.errors.items():
                said += [f"{name} {value[:9]!a}: {error}" for error in errors]
    return said


@pytest.mark.parametrize("form", sorted(set(all_forms()), key=str), ids=lambda form: form.__name__)
@pytest.mark.parametrize("language", ["uz", "ru"])
def test_no_answer_is_the_english_one(form, language):
    english, ours = answers(form, "en"), answers(form, language)
    assert len(english) == len(ours)
    assert [one for one, other in zip(ours, english, strict=True) if one == other] == []
    if language == "uz":
        assert [one for one in ours if re.search("['’`]", one.split(": ")[1])] == []


@pytest.mark.parametrize("language", ["uz", "ru"])
@pytest.mark.parametrize("password", PASSWORDS)
def test_a_password_is_refused_in_the_readers_language(client, language, password):
    client.cookies["django_language"] = language
    page = client.post("/partner-registration", typed(password=password))
    for sentence in page.context["form"].errors["password"]:
        assert sentence.startswith(PASSWORD[language])
        # The name of a field stands apart, not as a word of the sentence.
        assert not re.search(r"\w (familiya|фамилия)", sentence)
        assert sentence in page.content.decode()


def test_django_still_says_what_we_translate_for_it():
    """A sentence it words anew would stand here in English."""
    folder = Path(django.__file__).parent
    files = ["forms/fields.py", "core/validators.py", "contrib/auth/password_validation.py"]
    said = {message for file in files for message in in_python((folder / file).read_text())}
    assert [message for message in FROM_DJANGO if message not in said] == []

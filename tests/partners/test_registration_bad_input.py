import pytest

from partners.models import AuditLog, Notification, Partner, User
from tests import factories
from tests.partners.applications import PASSWORD, typed

pytestmark = pytest.mark.django_db
PATH = "/partner-registration"
HUGE = "1" + "0" * 30
SQL = "Robert'); DROP TABLE users;--"
HTML = "<script>alert(1)</script>"
HIDDEN = "Ali\u202eila"
BAD = {
    "first_name": ["", " ", "x" * 81, "🙂", SQL, HTML, HUGE, "Ali\x00", "Ali\tx\x07", HIDDEN]
    + ["李", "علي", "---", "Ali\nVali", "\ufffd", "A\u200bli", "Z\u0334\u0335a"],
    "last_name": ["", "x" * 81, "😀 Karimov", HTML, "=cmd()", "\u2028"],
    "phone": ["", "12345", "+7 901 234 56 78", "٩٠١٢٣٤٥٦٧", HUGE, SQL, HTML, "9" * 41, "1e309"]
    + ["90 123 45 6a", "☎ 901234567", "-90123456", "+998 00 0000000", "001234567"],
    "email": ["x", "a@b", "a b@example.uz", "x" * 250 + "@example.uz", HTML, "🙂@example.uz"]
    + ["a@example.uz\nBcc: b@example.uz"],
    "company_name": ["", "x" * 161, "🏪 Savdo", HTML, "a < b", "\x1b[31m", "...", "商店"]
    + ["Savdo\u202e", "Savdo\ufeffgar", "123", "№ 1"],
    "legal_form": ["", "bank", "🙂", "1"],
    "tax_id": ["", "12345678", "1234567890", "31234567890123", HUGE, "-12345678", "1e309", SQL]
    + ["12345678a", "٣٠١٢٣٤٥٦٧", "🙂", "3" * 31, "000000000", "777 777 777"],
    "password": ["", "short1", "12345678901", "password1", "x" * 129, "\x00" * 12, "Oʻrinboyev"]
    + [" " * 8, "\u00a0" * 12],
    "accept_terms": [""],
}
CASES = [(name, value) for name, values in BAD.items() for value in values]


@pytest.mark.parametrize(("name", "value"), CASES, ids=[f"{n}:{v[:20]!a}" for n, v in CASES])
def test_it_has_a_sentence_keeps_what_was_typed_and_stores_nothing(client, name, value):
    data = typed(**{name: value})
    page = client.post(PATH, data)
    form = page.context["form"]
    assert page.status_code == 200
    assert list(form.errors) == [name]
    content = page.content.decode()
    assert f'id="id_{name}_error"' in content
    assert f'href="#id_{name}' in content
    for other in set(data) - {"password", "accept_terms"}:
        assert form[other].value() == data[other]
    assert PASSWORD not in content
    assert HTML not in content
    assert not User.objects.exists()
    assert not Partner.objects.exists()
    assert not Notification.objects.exists()
    assert not AuditLog.objects.exists()


def test_everything_wrong_at_once_is_said_at_once(client):
    page = client.post(PATH, dict.fromkeys(typed(), "🙂"))
    wanted = {"first_name", "last_name", "phone", "email", "company_name", "legal_form", "tax_id"}
    assert wanted <= set(page.context["form"].errors)


def test_an_empty_form_is_answered_too(client):
    page = client.post(PATH, {})
    assert {"first_name", "phone", "accept_terms"} <= set(page.context["form"].errors)


def test_bytes_that_are_no_text_do_no_harm(client):
    page = client.post(
        PATH, b"first_name=%ff%fe%00&phone=%80", content_type="application/x-www-form-urlencoded"
    )
    assert page.status_code == 200
    assert not User.objects.exists()


@pytest.mark.parametrize("name", ["phone", "email", "tax_id"])
def test_what_is_taken_is_said_beside_its_field(client, name):
    known = factories.make_partner()
    taken = {
        "phone": known.owner.phone,
        "email": known.owner.email.upper(),
        "tax_id": known.tax_id,
    }
    page = client.post(PATH, typed(**{name: taken[name]}))
    assert list(page.context["form"].errors) == [name]
    assert Partner.objects.count() == User.objects.count() == 1


def test_a_mistake_of_ours_leaves_nothing_half(client, settings):
    settings.WIRING = "tests.partners.broken_wiring"
    with pytest.raises(RuntimeError, match="broken on purpose"):
        client.post(PATH, typed())
    assert not User.objects.exists()
    assert not Partner.objects.exists()
    assert not AuditLog.objects.exists()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"password": " " * 8}, "The password is nothing but spaces."),
        ({"tax_id": "000000000"}, "No such number is given out. Copy it from your papers."),
        (
            {"tax_id": "0" * 14, "legal_form": "individual"},
            "No such number is given out. Copy it from your papers.",
        ),
        (
            {"tax_id": "31232900012345", "legal_form": "individual"},
            "Digits 2 to 7 of a PINFL are the day of birth, such as 050690. Check the digits.",
        ),
        ({"company_name": "123"}, "The name of a company has at least one letter."),
        ({"phone": "+998 00 0000000"}, "No number begins with the code 00. Check the digits."),
    ],
)
def test_what_has_the_right_shape_and_cannot_be_is_told_why(client, changes, words):
    client.cookies["django_language"] = "en"
    errors = client.post(PATH, typed(**changes)).context["form"].errors
    assert [list(said) for said in errors.values()] == [[words]]

import pytest

from partners.models import User
from tests import factories

pytestmark = pytest.mark.django_db


def choose(client, theme, where="/"):
    return client.post("/theme/", {"theme": theme, "next": where})


def test_it_keeps_the_theme_and_draws_with_it(client):
    response = choose(client, "dark", "/?ref=SCX-ABCDEF")
    assert response["Location"] == "/?ref=SCX-ABCDEF"
    assert response.cookies["theme"]["httponly"]
    assert 'data-theme="dark"' in client.get("/").content.decode()


def test_it_follows_the_device_again(client):
    choose(client, "light")
    choose(client, "system")
    assert "data-theme" not in client.get("/").content.decode()


def test_a_made_up_theme_never_reaches_the_page(client):
    client.cookies["theme"] = '"><script>'
    assert "data-theme" not in client.get("/").content.decode()


@pytest.mark.parametrize(
    "where", ["https://evil.example/", "//evil.example", "", "javascript:x", "x"]
)
def test_it_leads_nowhere_else(client, where):
    assert choose(client, "dark", where)["Location"] == "/"


@pytest.mark.parametrize("address", ["/theme/", "/language/"])
def test_looking_changes_nothing(client, address):
    assert client.get(address).status_code == 405


def test_the_language_is_kept_for_mail_too(client):
    user = factories.make_user(language="uz")
    client.force_login(user)
    client.post("/language/", {"language": "ru", "next": "/"})
    assert 'lang="ru"' in client.get("/").content.decode()
    assert User.objects.get(pk=user.pk).language == "ru"


@pytest.mark.parametrize("language", ["xx", "fr", "zh-hans", "uz-latn", "", "en\x00"])
def test_a_language_that_is_not_ours_is_not_kept(client, language):
    user = factories.make_user(language="uz")
    client.force_login(user)
    answer = client.post("/language/", {"language": language, "next": "/"})
    assert answer.status_code == 302
    assert "django_language" not in answer.cookies
    assert User.objects.get(pk=user.pk).language == "uz"

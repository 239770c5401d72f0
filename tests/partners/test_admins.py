"""How the people who run SellerCloudX come in."""

import io
import time
from urllib.parse import urlsplit

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.utils import timezone

from partners.login import find_user
from partners.models import AuditLog, TelegramLink, TotpDevice, User
from partners.services import api_keys
from partners.telegram import links
from tests import factories

pytestmark = pytest.mark.django_db
PASSWORD = "uzum-va-anor-2026"


def create_admin(email="boss@shop.uz") -> tuple[str, str]:
    """What the command says, and the path of the link it prints."""
    output = io.StringIO()
    call_command("create_admin", email, stdout=output)
    said, _, link = output.getvalue().strip().rpartition("\n")
    return said, urlsplit(link).path


def migrate() -> str:
    output = io.StringIO()
    call_command("migrate", "--noinput", stdout=output)
    return output.getvalue()


def follow(client, path: str, password=PASSWORD):
    """Open the link and choose a password, as a browser does."""
    page = client.get(path, follow=True)
    return client.post(page.wsgi_request.path, {"password": password})


def actions() -> list[str]:
    return list(AuditLog.objects.order_by("pk").values_list("action", flat=True))


def test_a_new_admin_chooses_a_password_by_the_link_and_comes_in(client, settings):
    settings.PUBLIC_URL = "https://shop.uz"
    said, path = create_admin("Boss@Shop.uz")
    assert "boss@shop.uz is an admin now." in said and "within an hour" in said
    assert not client.login(username="boss@shop.uz", password="")
    assert follow(client, path).status_code == 302
    assert client.login(username="boss@shop.uz", password=PASSWORD)
    assert client.get("/admin-panel/").status_code == 200
    assert actions()[:3] == ["ADMIN_CREATED", "PASSWORD_LINK_MADE", "PASSWORD_RESET"]


def test_the_link_works_once(client):
    _, path = create_admin()
    follow(client, path)
    assert client.get(path).status_code == 410
    follow(client, path, "another-word-2026")
    assert not client.login(username="boss@shop.uz", password="another-word-2026")


def test_the_link_grows_old(client):
    _, path = create_admin()
    with time_machine.travel(time.time() + 3600 + 60):
        assert client.get(path).status_code == 410


def test_a_forged_link_opens_nothing(client):
    _, path = create_admin()
    forged = path[:-1] + ("a" if path[-1] != "a" else "b")
    assert client.get(forged).status_code == 410


def test_a_weak_password_is_refused(client):
    _, path = create_admin()
    page = follow(client, path, "12345678")
    assert page.status_code == 200 and page.context["form"].errors["password"]


def test_somebodys_account_is_promoted_in_words_and_its_password_ends(client):
    """Whoever registered with this email first never proved that it is theirs."""
    user = factories.make_user(email="boss@shop.uz", first_name="Aziza", last_name="Karimova")
    user.set_password("of-a-stranger-1")
    user.save()
    said, path = create_admin()
    assert "The account of Aziza Karimova" in said and "is an admin's now" in said
    assert not client.login(username="boss@shop.uz", password="of-a-stranger-1")
    follow(client, path)
    assert client.login(username="boss@shop.uz", password=PASSWORD)
    assert actions()[0] == "ADMIN_PROMOTED"


def test_an_admin_who_lost_the_password_gets_another_link(client):
    create_admin()
    said, path = create_admin()
    assert "is an admin already" in said
    follow(client, path)
    assert client.login(username="boss@shop.uz", password=PASSWORD)
    assert User.objects.count() == 1


def test_what_is_not_an_email_is_said_so():
    with pytest.raises(CommandError, match="boss is not an email address"):
        create_admin("boss")


@pytest.fixture
def named(settings):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "Boss@shop.uz", PASSWORD


def test_migrate_makes_the_first_admin_once(named, client):
    said = migrate()
    assert "boss@shop.uz is the first admin (created)" in said and PASSWORD not in said
    assert client.login(username="boss@shop.uz", password=PASSWORD)
    password = User.objects.get().password
    assert "first admin" not in migrate()
    assert (User.objects.get().password, actions()[0]) == (password, "ADMIN_CREATED")
    assert PASSWORD not in str(list(AuditLog.objects.values()))


def test_an_admin_who_is_there_already_is_left_alone(named, staff):
    assert "first admin" not in migrate()
    assert list(User.objects.filter(is_superuser=True)) == [staff]


def test_a_stranger_who_took_the_email_first_is_locked_out(named, client):
    user = factories.make_user(email="boss@shop.uz")
    user.set_password("of-a-stranger-1")
    user.save()
    assert "(promoted)" in migrate()
    assert not client.login(username="boss@shop.uz", password="of-a-stranger-1")
    assert client.login(username="boss@shop.uz", password=PASSWORD)


def test_a_weak_first_password_stops_the_deploy_and_is_not_shown(settings):
    settings.ADMIN_EMAIL, settings.ADMIN_PASSWORD = "boss@shop.uz", "19283746"
    with pytest.raises(CommandError, match="ADMIN_PASSWORD will not do") as caught:
        migrate()
    assert "19283746" not in str(caught.value)
    assert not User.objects.exists()


def test_an_email_alone_makes_nobody_and_says_how(settings):
    settings.ADMIN_EMAIL = "boss@shop.uz"
    assert "create_admin" in migrate()
    assert not User.objects.exists()


def test_nothing_of_the_stranger_leads_in_after_a_promotion(client):
    """Not the phone, not Telegram and its codes, not the second step, no session, no key."""
    partner = factories.make_partner(user=factories.make_user(email="boss@shop.uz"))
    user, phone = partner.owner, partner.owner.phone
    factories.make_device(user)
    TelegramLink.objects.create(user=user, chat_id=777, linked_at=timezone.now())
    code = links.new_code(user)
    _key, token = api_keys.create_key(
        partner=partner, by=user, name="k", scopes=["products:read"], expires_at=None
    )
    client.force_login(user)
    create_admin()
    user.refresh_from_db()
    assert user.is_superuser and user.phone is None
    assert client.get("/admin-panel/").status_code == 302
    assert find_user(phone) is None and api_keys.find_key(token) is None
    assert not TelegramLink.objects.exists() and not TotpDevice.objects.exists()
    with pytest.raises(links.BadCode):
        links.use_code(code, chat_id=777, username="stranger")
    told = AuditLog.objects.get(action="ADMIN_PROMOTED").after
    assert (told["telegram"], told["api_keys"]) == (True, 1)

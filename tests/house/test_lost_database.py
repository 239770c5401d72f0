"""The database goes away: reads are asked again, writes are refused in words, nothing breaks."""

import sqlite3
from contextlib import contextmanager

import psycopg
import pytest
from django.core.cache import caches
from django.db import OperationalError, ProgrammingError, connection, transaction

from partners.models import Partner
from products.models import Product
from sellercloudx.lib.database import is_away, server_options, statement_seconds
from sellercloudx.lib.table_cache import TableCache
from tests import databases
from tests.processes import database_env
from tests.products.test_add_form import URL, form

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def postgres():
    if not databases.is_postgres():
        pytest.skip("a file has no connection to lose")
    return database_env()["DATABASE_URL"]


def lose_connections(url):
    with psycopg.connect(url, autocommit=True) as killer:
        killer.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_read_is_asked_once_more(postgres, partner):
    lose_connections(postgres)
    assert Partner.objects.get() == partner
    lose_connections(postgres)
    assert list(Partner.objects.values_list("pk", flat=True)) == [partner.pk]


def test_a_transaction_is_not_mended_in_the_middle(postgres, partner):
    with pytest.raises(OperationalError) as raised, transaction.atomic():
        Partner.objects.update(company_name="First")
        lose_connections(postgres)
        Partner.objects.get()
    assert is_away(raised.value)
    assert Partner.objects.get().company_name != "First"


def test_a_write_is_never_asked_again(postgres, partner):
    lose_connections(postgres)
    with pytest.raises(OperationalError) as raised:
        Partner.objects.update(company_name="Once")
    assert is_away(raised.value)
    connection.close()
    assert Partner.objects.get().company_name != "Once"


def test_the_cache_is_read_through_a_new_connection(postgres):
    guard = caches["guard"]
    assert isinstance(guard, TableCache)
    guard.set("word", 1)
    lose_connections(postgres)
    assert guard.get("word") == 1


@contextmanager
def away_while_a_product_is_kept(tmp_path):
    """The database goes at the worst moment: when the row is being written."""

    def lose(execute, sql, params, many, context):
        if sql.startswith('INSERT INTO "products"'):
            lose_connections(database_env()["DATABASE_URL"])
        return execute(sql, params, many, context)

    if databases.is_postgres():
        with connection.execute_wrapper(lose):
            yield
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    yield
    other.close()


def test_a_write_is_refused_in_words(partner_client, caplog, tmp_path):
    partner_client.raise_request_exception = False
    partner_client.get(URL)
    typed = form()
    with away_while_a_product_is_kept(tmp_path):
        answer = partner_client.post(URL, typed, headers={"accept-language": "en"})
    assert answer.status_code == 503
    assert "Our database does not answer right now" in answer.text
    assert "What you typed is not lost" in answer.text
    assert "Location" not in answer
    assert answer["Retry-After"]
    assert "Traceback" not in answer.text
    (line,) = [one for one in caplog.records if one.name == "django.request"]
    assert line.getMessage().startswith(f"Service Unavailable: {URL}: the database is away: ")
    assert (line.levelname, line.exc_info) == ("ERROR", None)
    assert not Product.objects.exists()
    # What the browser sends again when the page is reloaded.
    assert partner_client.post(URL, typed).status_code == 302
    assert Product.objects.count() == 1


def test_our_own_faults_stay_our_own():
    with pytest.raises((OperationalError, ProgrammingError)) as raised:
        connection.cursor().execute("SELECT 1 FROM no_such_table")
    assert not is_away(raised.value)
    assert not is_away(ValueError("wrong"))
    assert not is_away(None)


def test_a_statement_that_never_ends_is_ended(postgres):
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        assert cursor.fetchone()[0] == "5min"
    # LOCAL: the pool keeps the connection, and gives it to the next test.
    with (
        pytest.raises(OperationalError) as raised,
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("SET LOCAL statement_timeout = 50")
        cursor.execute("SELECT pg_sleep(5)")
    assert is_away(raised.value)


@pytest.mark.parametrize(
    ("argv", "seconds"),
    [
        (["/usr/bin/gunicorn", "sellercloudx.wsgi"], 30),
        (["manage.py", "runserver"], 30),
        (["manage.py", "run_huey"], 300),
        (["manage.py", "migrate"], 0),
        (["manage.py"], 0),
    ],
)
def test_the_worker_may_take_longer_and_a_migration_as_long_as_it_needs(argv, seconds):
    assert statement_seconds(argv=argv, web=30, worker=300) == seconds


def test_what_the_address_asks_for_goes_first():
    told = server_options(given="-c statement_timeout=1s", statement=30, idle=60)
    assert told == "-c statement_timeout=1s -c idle_in_transaction_session_timeout=60s"

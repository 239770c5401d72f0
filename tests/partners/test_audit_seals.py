import re
import threading
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, connections, transaction
from django.utils import timezone

from partners import audit
from partners.models import AuditLog, AuditSeal
from partners.models.append_only import HistoryIsKept
from partners.services import audit_seals
from sellercloudx.wiring import CLOCK
from tests import factories
from tests.at_once import at_once

pytestmark = pytest.mark.django_db


def write(count=1) -> list[int]:
    return [audit.record("LOGIN_SUCCESS", after={"n": n}).pk for n in range(count)]


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch):
    monkeypatch.setattr(audit_seals, "SETTLED_AFTER", timedelta(0))


@pytest.fixture
def rows() -> list[int]:
    """Six rows, sealed in two turns."""
    ids = write(4)
    audit_seals.seal_settled()
    ids += write(2)
    audit_seals.seal_settled()
    return ids


def tamper(*statements: str, **values) -> None:
    """As somebody does it who owns the database, but not SESSION_SECRET."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            table = re.search(r"audit_\w+", statement)[0]
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            if connection.vendor == "postgresql":
                cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def verify(**options) -> str:
    out = StringIO()
    call_command("verify_audit", stdout=out, **options)
    return out.getvalue()


def fault(**options) -> str:
    with pytest.raises(CommandError) as caught:
        verify(**options)
    return str(caught.value)


def test_what_nobody_touched_is_as_it_was_sealed(rows):
    assert verify().startswith(f"6 rows are as they were sealed, up to {rows[-1]}:")
    assert "0 rows are not sealed yet" in verify()


def test_it_is_done_by_the_clock_within_a_minute():
    assert CLOCK["partners.services.audit_seals.seal_settled"] <= 20


def test_rows_are_written_unsealed_and_the_tail_is_reported(rows, monkeypatch):
    write(3)
    assert "3 rows are not sealed yet, the oldest of 20" in verify()
    monkeypatch.setattr(audit_seals, "SETTLED_AFTER", timedelta(seconds=15))
    assert audit_seals.seal_settled() == 0
    monkeypatch.setattr(audit_seals, "SETTLED_AFTER", timedelta(0))
    assert audit_seals.seal_settled() == 3
    assert "0 rows are not sealed yet" in verify()


def test_many_rows_are_sealed_in_batches(monkeypatch):
    monkeypatch.setattr(audit_seals, "AT_ONCE", 3)
    write(10)
    assert audit_seals.seal_settled() == 10
    assert verify().startswith("10 rows")


@pytest.mark.parametrize(
    "change",
    [
        "action = 'LOGIN_FAILED'",
        "after = '{\"n\": 9}'",
        "entity_id = '7'",
        "ip = '10.0.0.9'",
        "created_at = '2026-01-01 00:00:00+00:00'",
        "partner_id = %(partner)s",
    ],
)
def test_a_row_that_was_changed_is_named(rows, change):
    values = {"id": rows[2], "partner": factories.make_partner().pk}
    tamper(f"UPDATE audit_logs SET {change} WHERE id = %(id)s", **values)  # noqa: S608
    assert fault() == f"Row {rows[2]}: changed or moved."


def test_the_first_of_several_is_named(rows):
    tamper("UPDATE audit_logs SET action = 'X' WHERE id >= %(id)s", id=rows[1])
    assert fault().startswith(f"Row {rows[1]}:")


@pytest.mark.parametrize("place", [0, 2, 5])
def test_a_row_that_was_deleted_is_named(rows, place):
    tamper("DELETE FROM audit_logs WHERE id = %(id)s", id=rows[place])
    assert fault() == f"Row {rows[place]}: deleted."


def test_a_row_deleted_together_with_its_seal_is_named(rows):
    tamper(
        "DELETE FROM audit_logs WHERE id = %(id)s",
        "DELETE FROM audit_seals WHERE audit_id = %(id)s",
        id=rows[2],
    )
    assert fault() == f"Row {rows[2]}: deleted."


def test_a_mended_chain_after_a_deletion_does_not_fit(rows):
    tamper(
        "DELETE FROM audit_logs WHERE id = %(id)s",
        "DELETE FROM audit_seals WHERE audit_id = %(id)s",
        "UPDATE audit_seals SET previous_id = %(before)s WHERE audit_id = %(next)s",
        id=rows[2],
        before=rows[1],
        next=rows[3],
    )
    assert fault() == f"Row {rows[3]}: changed or moved."


def test_a_row_inserted_among_the_sealed_is_named(rows):
    tamper("DELETE FROM audit_seals WHERE audit_id = %(id)s", id=rows[5])
    tamper("UPDATE audit_logs SET id = %(new)s WHERE id = %(id)s", id=rows[5], new=rows[0] - 1)
    assert fault() == f"Row {rows[0] - 1}: inserted."


def test_rows_that_changed_places_are_named(rows):
    swap = "UPDATE audit_logs SET id = %(b)s WHERE id = %(a)s"
    tamper(swap, a=rows[1], b=10**9)
    tamper(swap, a=rows[3], b=rows[1])
    tamper(swap, a=10**9, b=rows[3])
    assert fault() == f"Row {rows[1]}: changed or moved."


def test_a_seal_made_without_the_key_does_not_fit(rows):
    tamper("UPDATE audit_seals SET mac = %(mac)s WHERE audit_id = %(id)s", mac="0" * 64, id=rows[3])
    assert fault() == f"Row {rows[3]}: changed or moved."


def test_an_end_that_was_cut_off_is_known_by_what_was_noted(rows):
    noted = re.search(r"up to (\S+:\w+)\.", verify())[1]
    assert verify(expect=noted)
    tamper(
        "DELETE FROM audit_logs WHERE id = %(id)s",
        "DELETE FROM audit_seals WHERE audit_id = %(id)s",
        id=rows[5],
    )
    assert verify()
    assert fault(expect=noted) == f"Row {rows[5]}: deleted, and its seal too."
    assert fault(expect="nothing").startswith("--expect is NUMBER:MAC")


def test_another_secret_says_so(rows, settings):
    settings.SECRET_KEY = "another " * 10
    assert fault() == f"Row {rows[0]}: sealed with another SESSION_SECRET."


class TestOnlyAdding:
    def test_the_models_refuse_to_change_and_to_delete(self, rows):
        row = AuditLog.objects.get(pk=rows[0])
        row.action = "LOGOUT"
        again = AuditLog(pk=rows[0], action="LOGOUT")
        for attempt in (row.save, row.delete, AuditSeal.objects.get(pk=rows[0]).delete):
            with pytest.raises(HistoryIsKept):
                attempt()
        with pytest.raises(DatabaseError), transaction.atomic():
            again.save()
        assert AuditLog.objects.get(pk=rows[0]).action == "LOGIN_SUCCESS"

    def test_so_do_whole_queries(self, rows):
        everything = AuditLog.objects.all()
        attempts = [
            everything.delete,
            lambda: everything.update(action="X"),
            lambda: everything.bulk_update([], ["action"]),
            lambda: AuditLog.objects.bulk_create(
                [], update_conflicts=True, update_fields=["action"], unique_fields=["id"]
            ),
        ]
        for attempt in attempts:
            with pytest.raises(HistoryIsKept):
                attempt()
        assert AuditLog.objects.count() == 6

    def test_the_admin_offers_neither(self, staff_client, rows):
        url = f"/admin/partners/auditlog/{rows[0]}/"
        assert staff_client.get(url + "delete/").status_code == 403
        assert staff_client.post(url + "change/", {"action": "X"}).status_code == 403
        assert AuditLog.objects.get(pk=rows[0]).action == "LOGIN_SUCCESS"

    @pytest.mark.parametrize("table", ["audit_logs", "audit_seals"])
    @pytest.mark.parametrize("statement", ["DELETE FROM {}", "UPDATE {} SET {}_id = 1"])
    def test_postgresql_refuses_whoever_asks(self, rows, table, statement):
        if connection.vendor != "postgresql":
            pytest.skip("the trigger is PostgreSQL's")
        column = "actor" if table == "audit_logs" else "previous"
        statement = statement.replace("{}_id", f"{column}_id").format(table)
        with (
            pytest.raises(DatabaseError, match="only ever added"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)


@pytest.mark.django_db(transaction=True)
def test_two_workers_make_one_chain():
    write(50)
    came = at_once(*[audit_seals.seal_settled] * 3)
    assert sum(one for one in came if isinstance(one, int)) == 50
    assert verify().startswith("50 rows")


@pytest.mark.django_db(transaction=True)
def test_a_row_committed_late_is_not_taken_for_an_inserted_one():
    """Its number is smaller than that of a row which was there before it."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time")
    written, go_on = threading.Event(), threading.Event()

    def late():
        try:
            with transaction.atomic():
                write()
                written.set()
                go_on.wait(20)
        finally:
            connections.close_all()

    thread = threading.Thread(target=late)
    thread.start()
    written.wait(20)
    write()
    assert audit_seals.seal_settled() == 0
    go_on.set()
    thread.join()
    assert audit_seals.seal_settled() == 2
    assert verify().startswith("2 rows")


def test_a_row_is_sealed_as_it_stands_in_the_database(partner):
    """What JSON and time zones make of it on the way changes nothing."""
    audit.record(
        "PRICE_CHANGED",
        partner=partner,
        actor=partner.owner,
        entity=partner,
        before={"b": 1.10, "a": "Oʻzbek", "at": str(timezone.now())},
        after={"x": None, "list": [1, {"z": True}]},
    )
    audit_seals.seal_settled()
    assert verify().startswith("1 rows")

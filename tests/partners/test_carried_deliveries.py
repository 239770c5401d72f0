"""Mail that was wanted before there was a table of deliveries goes on where it was."""

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import databases

AT = datetime(2026, 11, 25, 16, 0, tzinfo=UTC)
BEFORE, AFTER = [("partners", "0003_second_factor")], [("partners", "0006_no_email_columns")]


@pytest.fixture
def migrate(transactional_db, tmp_path):
    """An empty database of its own to a state of the tables: on and back."""

    def to(names):
        executor = MigrationExecutor(connection)
        executor.migrate(names)
        return executor.loader.project_state(names).apps

    with databases.elsewhere(tmp_path, "carried"):
        yield to


def mailed(old, user, state, **fields):
    model = old.get_model("partners", "Notification")
    return model.objects.create(
        user_id=user.pk, kind="approved", dedupe=state, email_state=state, **fields
    ).pk


def rows(apps):
    found = apps.get_model("partners", "Delivery").objects.order_by("pk")
    return list(found.values_list("notification", "channel", "state", "attempts", "due_at"))


def test_each_mail_keeps_its_state_its_attempts_and_its_time(migrate):
    old = migrate(BEFORE)
    user = old.get_model("partners", "User").objects.create(email="user@example.uz")
    mailed(old, user, "none")
    due = mailed(old, user, "due", email_due_at=AT, email_attempts=2)
    failed = mailed(old, user, "failed", email_error="no such box", email_attempts=6)
    new = migrate(AFTER)
    assert rows(new) == [(due, "email", "due", 2, AT), (failed, "email", "failed", 6, None)]
    back = migrate(BEFORE).get_model("partners", "Notification").objects
    assert back.get(pk=due).email_due_at == AT
    assert back.get(pk=failed).email_error == "no such box"

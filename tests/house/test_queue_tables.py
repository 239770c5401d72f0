"""The queue has its tables before anybody enqueues: the pages may be started before a worker."""

import pytest

from tests import databases

ASK = (
    "from huey.contrib.djhuey import HUEY; HUEY.storage.enqueue(b'wake'); "
    "print(HUEY.pending_count())"
)


@pytest.mark.django_db(transaction=True)
def test_migrate_makes_them(tmp_path):
    with databases.new_database(tmp_path, "queue", is_migrated=True) as env:
        assert databases.manage("migrate", "-v0", folder=tmp_path, **env).returncode == 0
        asked = databases.manage("shell", "-v0", "-c", ASK, folder=tmp_path, **env)
    assert asked.stdout.strip().endswith("1"), asked.stderr

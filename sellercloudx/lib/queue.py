"""The queue only wakes: a message names a function to run, the rows say what there is to do.

A lost message costs a few seconds, because the clock finds the same rows.
"""

from typing import Any

from django.db import transaction
from django.utils.module_loading import import_string
from huey.contrib.djhuey import db_task

URGENT = 10


@db_task(name="wake")
def run(path: str, *args: Any) -> None:
    import_string(path)(*args)


def wake(path: str, *args: Any, is_urgent: bool = False) -> None:
    """Run `path(*args)` in a worker once this transaction has committed.

    `is_urgent`: a person waits for it, so it goes before the shops that are only read.
    """

    # A function with a name, no partial: Django writes the name into its log when it fails.
    def send() -> None:
        run(path, *args, priority=URGENT if is_urgent else None)

    # robust: a queue that does not answer must not fail what is already committed.
    transaction.on_commit(send, robust=True)

"""Requests released at the same moment, on whichever database the suite runs."""

import os
import threading

from django.db import connection

# The long form is 50.
ROUNDS = int(os.environ.get("ROUNDS", "10"))


def at_once(*calls):
    """Release all calls together; what each gave back or raised, in their order."""
    gate = threading.Barrier(len(calls))
    came = [None] * len(calls)

    def run(place, call):
        gate.wait(10)
        try:
            came[place] = call()
        except Exception as error:  # noqa: BLE001  the test looks at what was raised
            came[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=one) for one in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return came


def twice_at_once(call):
    return at_once(call, call)

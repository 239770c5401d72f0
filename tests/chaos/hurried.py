"""A worker whose waits are `HURRY` times as short; what it waits for, and its rules, are the same.

The vendor's limits are not hurried: budgets, breakers and the sandbox go by real seconds.
"""

import os
import sys
from dataclasses import replace

import django
from django.core.management import execute_from_command_line


def hurry(by: float) -> None:
    from marketplaces import inbound, setbacks
    from sellercloudx import wiring

    setbacks.FIRST_WAIT /= by
    for name, reader in inbound.READERS.items():
        inbound.READERS[name] = replace(reader, every=reader.every / by)
    for name, after in wiring.CLOCK.items():
        if isinstance(after, int) and after <= 60:
            wiring.CLOCK[name] = max(round(after / by), 1)


if __name__ == "__main__":
    sys.argv = ["manage.py", "run_huey"]
    django.setup()
    hurry(float(os.environ["HURRY"]))
    execute_from_command_line(sys.argv)

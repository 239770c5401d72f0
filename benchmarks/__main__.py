"""`python -m benchmarks core [--short]`: on whichever database DATABASE_URL says."""

import argparse
import os
import sys

from sellercloudx.lib.children import interrupt_on_signals
from sellercloudx.lib.variables import settings_or_end

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("what", choices=["core"])
    parser.add_argument(
        "--short", action="store_true", help="small numbers, in seconds: shows that it runs"
    )
    options = parser.parse_args()
    settings_or_end()
    import django

    django.setup()
    from benchmarks import core

    # Whoever ends it leaves no database behind.
    interrupt_on_signals()
    return core.run(is_short=options.short)


if __name__ == "__main__":
    sys.exit(main())

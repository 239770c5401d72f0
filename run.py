#!/usr/bin/env python3
"""Start SellerCloudX on this computer: `python3 run.py`. Test it: `python3 run.py test`.

This file alone stays readable for every old Python, so that one can say what is wrong.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  the check is the point
    version = ".".join(str(part) for part in sys.version_info[:3])
    sys.exit("SellerCloudX needs Python 3.11 or newer; this is Python " + version + ".")

from scripts import laptop

if __name__ == "__main__":
    sys.exit(laptop.main(sys.argv[1:]))

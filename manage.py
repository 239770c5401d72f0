#!/usr/bin/env python3
import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sellercloudx.settings")
    from django.core.management import execute_from_command_line

    from sellercloudx.lib.variables import settings_or_end

    settings_or_end()
    execute_from_command_line(sys.argv)

#!/usr/bin/env python
"""Django's command line, with CoachVault's settings."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachvault.settings")
    if sys.argv[1:2] == ["doctor"]:
        from coachvault.doctor.ground import refuse

        refuse()  # speaks even where Django cannot start
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as no:
        sys.exit(str(no))  # a sentence with its cure


if __name__ == "__main__":
    main()

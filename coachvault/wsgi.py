"""The web server's way in. It leaves no memory on the disk, and refuses to serve as a role that could change the schema, or with keys that open nothing."""

import os
import resource
import time
from typing import Final

from django.core.wsgi import get_wsgi_application
from django.db import OperationalError

PATIENCE: Final = 20  # seconds for the database; gunicorn gives a process thirty

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # whoever starts it: memory holds open vaults
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachvault.settings")
application = get_wsgi_application()

from vault.keys_check import refuse_wrong_keys  # noqa: E402  needs the settings
from vault.roles import refuse_owner  # noqa: E402


def refuse() -> None:
    """Refuse to serve in the wrong role or with the wrong keys, once the database answers: a process that ends here takes the others with it."""
    until = time.monotonic() + PATIENCE
    while True:
        try:
            refuse_owner()
            refuse_wrong_keys()
        except OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


refuse()

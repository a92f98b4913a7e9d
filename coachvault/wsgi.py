"""The web server's way in. It leaves no memory on the disk, and refuses to serve as a role that could change the schema, or with keys that open nothing."""

import os
import resource

from django.core.wsgi import get_wsgi_application

resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # whoever starts it: memory holds open vaults
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "coachvault.settings")
application = get_wsgi_application()

from vault.keys_check import refuse_wrong_keys  # noqa: E402  needs the settings
from vault.roles import refuse_owner  # noqa: E402

refuse_owner()
refuse_wrong_keys()

"""The plain twin's settings, with both packages set up as their own pages say."""

import base64

from bench.twin import settings as plain

for name in dir(plain):
    if name.isupper():
        globals()[name] = getattr(plain, name)
ROOT_URLCONF, WSGI_APPLICATION = "bench.stock.urls", "bench.stock.wsgi.application"
INSTALLED_APPS = ["bench.stock", "guardian", *plain.INSTALLED_APPS]
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend", "guardian.backends.ObjectPermissionBackend"]
FIELD_ENCRYPTION_KEY = base64.urlsafe_b64encode(bytes(32)).decode()  # filled in one process, read in another

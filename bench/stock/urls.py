"""The plain twin's addresses, with this list in front."""

from django.urls import path

from bench.stock.views import client_list
from bench.twin.urls import urlpatterns as plain

urlpatterns = [path("coach/clients/", client_list), *plain]

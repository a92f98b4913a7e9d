"""Plumbing that knows neither keys nor coaching: words, PDFs, mail, jobs."""

from django.apps import AppConfig


class SupportConfig(AppConfig):
    """The room as Django sees it."""

    name = "support"

"""A drawn name as a path, and a step of an agreement in words, for templates."""

from __future__ import annotations

from typing import Any

from django import template
from django.utils.translation import gettext as _

from consent import drawing, moments

register = template.Library()


@register.filter
def signature_path(strokes: Any) -> str:
    """Show a drawn name as the `d` of an SVG path."""
    return drawing.path(strokes)


@register.filter
def event_title(kind: str) -> str:
    """Show a step by its name."""
    others = {
        "fixed": _("Fixed by a certifying signature"),
        "code_asked": _("A code was asked for"),
        "code_sent": _("The code was sent"),
        "code_right": _("The right code was typed"),
        "code_wrong": _("A wrong code was typed"),
    }
    return str(moments.TITLES.get(kind) or others.get(kind, kind))

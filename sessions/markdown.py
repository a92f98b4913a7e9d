"""Markdown to HTML that is safe to show: no raw HTML, no picture, no link that tells where it was followed from."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt
from markdown_it.common.utils import escapeHtml
from markdown_it.token import Token

TAGS: Final = {
    "a", "blockquote", "br", "code", "del", "em", "h3", "h4", "h5", "h6", "hr", "li", "ol", "p", "pre", "s", "strong",
    "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip
FIRST_LEVEL: Final = 3  # a page has its own h1 and h2
BOXES: Final = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}


def _words_of_picture(tokens: Sequence[Token], at: int, options: Any, env: Any) -> str:
    """A picture is never fetched: its words stand in its place."""
    return escapeHtml(tokens[at].content)


parser = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"])
parser.renderer.rules["image"] = _words_of_picture  # type: ignore[attr-defined]


def html_of(text: str) -> SafeString:
    """Return the text as HTML: its highest heading becomes an h3, `- [ ]` a box."""
    tokens = parser.parse(text)
    _set_headings(tokens)
    _draw_boxes(tokens)
    html = parser.renderer.render(tokens, parser.options, {})
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "ol": {"start"}, "ul": {"role"}},
        url_schemes={"http", "https", "mailto"},
        link_rel="noreferrer noopener",
    )
    return mark_safe(clean)  # noqa: S308 — nh3 made it


def _set_headings(tokens: Sequence[Token]) -> None:
    headings = [token for token in tokens if token.type in {"heading_open", "heading_close"}]
    highest = min((int(token.tag[1]) for token in headings), default=1)
    for token in headings:
        token.tag = f"h{min(6, int(token.tag[1]) - highest + FIRST_LEVEL)}"


def _draw_boxes(tokens: Sequence[Token]) -> None:
    """Draw each box; a list that begins with one loses its bullets, which `role="list"` says in this product's styles."""
    for at in range(2, len(tokens)):
        item, words = tokens[at - 2], tokens[at]
        if item.type != "list_item_open" or words.type != "inline" or not words.children:
            continue
        first = words.children[0]
        if first.type == "text" and first.content[:4] in BOXES:
            first.content = BOXES[first.content[:4]] + first.content[4:]
            if tokens[at - 3].type == "bullet_list_open":
                tokens[at - 3].attrSet("role", "list")

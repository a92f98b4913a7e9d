"""Renders the Helm chart as far as it uses Go's templates: values, `if`, `range`, `define`, `include`, `toYaml`, `nindent`, `quote`, `default`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

TAG = re.compile(r"(\{\{-?)\s*(.*?)\s*(-?\}\})", re.DOTALL)
Scope = dict[str, Any]


def pieces(text: str) -> list[tuple[str, str]]:
    """The template as texts and actions, the spaces that `{{-` and `-}}` eat already gone."""
    found, at, eat = [], 0, False
    for tag in TAG.finditer(text):
        before = text[at : tag.start()]
        before = before.lstrip() if eat else before
        found.append(("text", before.rstrip() if tag[1] == "{{-" else before))
        found.append(("action", tag[2]))
        at, eat = tag.end(), tag[3] == "-}}"
    return [*found, ("text", text[at:].lstrip() if eat else text[at:])]


class Chart:
    """A chart with its values."""

    def __init__(self, folder: Path, **values: Any) -> None:
        """Read it; `values` replace top-level ones."""
        self.folder, self.defined = folder, {}
        facts = yaml.safe_load((folder / "Chart.yaml").read_text())
        self.root: Scope = {
            "Values": yaml.safe_load((folder / "values.yaml").read_text()) | values,
            "Release": {"Name": "here"},
            "Chart": {"AppVersion": facts["appVersion"]},
        }
        self._blocks(pieces((folder / "templates" / "_pod.tpl").read_text()))

    def objects(self) -> list[dict[str, Any]]:
        """Every object it makes, by the YAML parser."""
        made = []
        for path in sorted((self.folder / "templates").glob("*.yaml")):
            made += [one for one in yaml.safe_load_all(self.render(pieces(path.read_text()), {})) if one]
        return made

    def _blocks(self, parts: list[tuple[str, str]]) -> None:
        while parts:
            kind, what = parts.pop(0)
            if kind == "action" and what.startswith("define "):
                self.defined[what.split('"')[1]] = self._until_end(parts)

    def _until_end(self, parts: list[tuple[str, str]]) -> list[tuple[str, str]]:
        depth, inside = 1, []
        while True:
            part = parts.pop(0)
            depth += part[0] == "action" and part[1].split()[0] in {"if", "range", "define"}
            depth -= part == ("action", "end")
            if not depth:
                return inside
            inside.append(part)

    def render(self, parts: list[tuple[str, str]], names: Scope) -> str:
        """The text of some parts."""
        parts, made = list(parts), ""
        while parts:
            kind, what = parts.pop(0)
            if kind == "text":
                made += what
            elif what.startswith("if "):
                inside = self._until_end(parts)
                made += self.render(inside, names) if self.value(what[3:], names) else ""
            elif what.startswith("range "):
                inside, (key, value), source = self._until_end(parts), re.findall(r"\$\w+", what), what.partition(":= ")[2]
                made += "".join(self.render(inside, names | {key: k, value: v}) for k, v in sorted(self.value(source, names).items()))
            else:
                made += str(self.value(what, names))
        return made

    def value(self, expression: str, names: Scope) -> Any:
        """The value of an action; raises KeyError for a value that nobody gives, AssertionError for what is not known here."""
        first, *rest = expression.split(" | ")
        found = self._first(first, names)
        for step in rest:
            name, _, argument = step.partition(" ")
            if name == "nindent":
                found = "\n" + "\n".join(" " * int(argument) + line for line in found.split("\n"))
            elif name == "quote":
                found = '"' + str(found) + '"'
            else:
                assert name == "default", expression
                found = found or self._first(argument, names)
        return found

    def _first(self, term: str, names: Scope) -> Any:
        word, _, rest = term.partition(" ")
        if word == "include":
            return self.render(self.defined[rest.split('"')[1]], names)
        if word == "toYaml":
            return yaml.safe_dump(self._first(rest, names), sort_keys=True).rstrip("\n")
        if word.startswith("$"):
            return names[word]
        assert word.startswith("."), term
        assert not rest, term
        found: Any = self.root
        for name in word[1:].split("."):
            found = found[name]
        return found

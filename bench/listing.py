"""P2: the list of two hundred clients, beside the same page on plain columns and on the asked-for packages as they come."""

from __future__ import annotations

from bench.figures import Row, alternately
from bench.opening import same_size
from bench.people import PASSPHRASE, People
from bench.stage import Server, Stage
from bench.twins import standing
from bench.visitor import Visitor

TIMES, WARM = 60, 10
PAGE = "/coach/clients/"
STOCK = "stock: django-encrypted-model-fields’ own fields, one to a column; guardian’s get_objects_for_user and generic rows"


def rows(stage: Stage, server: Server, people: People) -> list[Row]:
    """The figures."""
    ours = Visitor(server.port)
    ours.sign_in(people.busy().address, PASSPHRASE)
    with standing(stage, "twin") as (one, told), standing(stage, "stock") as (two, told_too):
        plain = Visitor(one.port, cookies={"sessionid": told["session"]})
        stock = Visitor(two.port, cookies={"sessionid": told_too["session"]})
        same_size(ours.get(PAGE), plain.get(PAGE), stock.get(PAGE))
        mine, bare, theirs = alternately(TIMES, lambda: ours.get(PAGE), lambda: plain.get(PAGE), lambda: stock.get(PAGE), warm=WARM)
    return [
        Row("P2", "list of 200 clients / plain columns", mine, bare, "ms", "≤ 1.15 ×", mine <= 1.15 * bare),
        Row("P2", "list of 200 clients / stock fields and guardian", mine, theirs, "ms", "≤ 1/2", mine <= theirs / 2, STOCK),
    ]

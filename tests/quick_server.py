"""For the web server of a story, which gunicorn reads: the cheapest Argon2id that the vault accepts, as in all tests but those about its cost."""

from typing import Any


def post_worker_init(worker: Any) -> None:
    """Once the product is loaded."""
    from vault import primitives, slots

    slots.COST = primitives.FLOOR

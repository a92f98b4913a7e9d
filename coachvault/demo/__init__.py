"""An invented practice for trying the product out. Nobody in it exists."""

from typing import Final

ROWS: Final = "demo.rows"  # the file that says which row holds which summary: ids only

"""Prints docs/clauses.md."""

from consent.wordings.table import table

if __name__ == "__main__":
    print(table(), end="")

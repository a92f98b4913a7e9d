"""The same pages in plain Django: no sealing, no permissions, no ledger. For the benchmark alone."""

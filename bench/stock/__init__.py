"""The same list with the asked-for packages as they come: their own encrypted fields, their own permissions. For the benchmark alone."""

"""When, in what order, in which transaction."""

"""The benchmark: this store and its peers, in one run on one PostgreSQL."""

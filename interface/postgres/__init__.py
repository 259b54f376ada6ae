"""The database a fresh machine gets, and the state any database is brought to."""

"""Other people's formats: HTTP, argv, the environment, a carrier's JSON."""

"""Policy packs: rules as data, each row with its source."""

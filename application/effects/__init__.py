"""What follows outside from what happened here: ordered, carried out, and told back.

The outbox is a projection; its jobs are made in the same transaction. An effect is
attempted at least once, under one key for ever, and its result comes back as a command.
"""

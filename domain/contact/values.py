"""The words commands, events and the state of a contact share."""

from typing import Final, Literal

# How a word came in or went out.
Channel = Literal["chat", "call", "email", "in_app"]
WordDirection = Literal["in", "out"]

ContactStatus = Literal["none", "open", "answered", "closed"]

# What a contact may be tied to.
LinkNoun = Literal["order", "case", "dispute"]

# What another system says was done with a contact that it runs itself.
Step = Literal[
    "opened",
    "assigned",  # somebody took it, or took it over
    "waiting",  # for somebody outside the service
    "resolved",
    "closed",
    "noted",  # anything else, kept under their own word
]
# Steps after which nothing is open, until something is done again.
ENDING: Final[frozenset[Step]] = frozenset({"resolved", "closed"})

# How a contact ended, as the agent who closes it puts it.
Outcome = Literal[
    "answered",  # a question, and its answer
    "case_opened",
    "dispute_opened",
    "made_good",
    "no_fault_found",
    "consumer_gone",
    "duplicate",
]

"""A companionship: thirty days beside the consumer of one order, and what fell short.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.companionship.commands import *
from domain.companionship.events import *
from domain.companionship.values import *

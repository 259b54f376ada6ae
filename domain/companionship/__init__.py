"""A companionship: thirty days beside the consumer of one order, and what fell short.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.companionship.commands import *
from domain.companionship.days import CHECK_IN as CHECK_IN
from domain.companionship.days import CHECK_IN_STEP as CHECK_IN_STEP
from domain.companionship.decide import COMPANIONSHIP as COMPANIONSHIP
from domain.companionship.decide import WHO as WHO
from domain.companionship.events import *
from domain.companionship.outcome import ended as ended
from domain.companionship.refusals import *
from domain.companionship.state import *
from domain.companionship.values import *

"""What one consumer is paid by one merchant beside refunds, and how caps hold.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.compensation.commands import *
from domain.compensation.decide import COMPENSATION as COMPENSATION
from domain.compensation.events import *
from domain.compensation.goodwill import goodwill_left as goodwill_left
from domain.compensation.refusals import *
from domain.compensation.state import *
from domain.compensation.values import *

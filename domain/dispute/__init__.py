"""A dispute: two sides that do not agree, who proves what, and how it is ruled.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.dispute.burden import burden_row as burden_row
from domain.dispute.burden import burden_says as burden_says
from domain.dispute.burden import kinds_shown as kinds_shown
from domain.dispute.burden import to_prove as to_prove
from domain.dispute.commands import *
from domain.dispute.conditions import offers_to as offers_to
from domain.dispute.decide import DISPUTE as DISPUTE
from domain.dispute.events import *
from domain.dispute.guards import allowed as allowed
from domain.dispute.refusals import *
from domain.dispute.state import *
from domain.dispute.values import *
from domain.dispute.why import WouldChange as WouldChange
from domain.dispute.why import counterfactuals as counterfactuals

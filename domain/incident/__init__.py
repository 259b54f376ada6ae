"""An incident: one cause, thousands of orders, one plan for each kind of them.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.incident.commands import *
from domain.incident.decide import INCIDENT as INCIDENT
from domain.incident.events import *
from domain.incident.figures import Counts as Counts
from domain.incident.figures import batch_name as batch_name
from domain.incident.figures import budget_left as budget_left
from domain.incident.figures import handed_out as handed_out
from domain.incident.figures import histogram as histogram
from domain.incident.figures import next_orders as next_orders
from domain.incident.guards import GUARDS as GUARDS
from domain.incident.guards import allowed as allowed
from domain.incident.keeping import scope_digest as scope_digest
from domain.incident.matching import OrderFacts as OrderFacts
from domain.incident.matching import matches as matches
from domain.incident.matching import segment_of as segment_of
from domain.incident.refusals import *
from domain.incident.state import *
from domain.incident.values import *

"""A proactive resolution: what fell short of an order, made good in one stop.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.resolution.approving import times_of as times_of
from domain.resolution.commands import *
from domain.resolution.decide import RESOLUTION as RESOLUTION
from domain.resolution.events import *
from domain.resolution.guards import TABLE as TABLE
from domain.resolution.guards import allowed as allowed
from domain.resolution.refusals import *
from domain.resolution.state import *
from domain.resolution.turns import needing_people as needing_people
from domain.resolution.turns import next_actor as next_actor
from domain.resolution.turns import proposal_due as proposal_due
from domain.resolution.turns import retry_at as retry_at
from domain.resolution.turns import startable as startable
from domain.resolution.turns import to_compensate as to_compensate
from domain.resolution.values import *

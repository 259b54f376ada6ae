"""An incident: one cause, thousands of orders, one plan for each kind of them.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.incident.commands import *
from domain.incident.events import *
from domain.incident.values import *

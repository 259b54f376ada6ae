"""A proactive resolution: what fell short of an order, made good in one stop.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.resolution.commands import *
from domain.resolution.events import *
from domain.resolution.values import *

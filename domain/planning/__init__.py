"""Which complete solutions can be offered for what fell short, and what each costs.

Import from here; how it is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the words are imported whole, file by file)
from domain.planning.ground import *
from domain.planning.plans import *
from domain.planning.pricing import *
from domain.planning.taken import *

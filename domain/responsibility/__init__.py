"""A matter's account: whose fault it is, who paid, who owes whom.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.responsibility.commands import *
from domain.responsibility.decide import ACCOUNT as ACCOUNT
from domain.responsibility.events import *
from domain.responsibility.ledger import *
from domain.responsibility.refusals import *
from domain.responsibility.router import *
from domain.responsibility.state import *
from domain.responsibility.values import *

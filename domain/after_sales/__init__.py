"""An after-sales case: what a consumer asks for of an order that went wrong.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.after_sales.commands import *
from domain.after_sales.decide import CASE as CASE
from domain.after_sales.events import *
from domain.after_sales.guards import allowed as allowed
from domain.after_sales.guards import guard as guard
from domain.after_sales.issues import issue_of as issue_of
from domain.after_sales.partial import held_down as held_down
from domain.after_sales.refusals import *
from domain.after_sales.service_commands import *
from domain.after_sales.service_events import *
from domain.after_sales.side_clocks import BESIDE as BESIDE
from domain.after_sales.state import *
from domain.after_sales.values import *
from domain.after_sales.window import window_ends as window_ends

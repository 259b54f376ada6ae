"""Clocks that start, pause, resume, are put off, met, breached or cancelled.

Every step somebody owes in a case, a dispute or a contact has one. A clock counts
running time: time it was paused for, nights and holidays of its calendar do not count.
What is excluded is written into the event with its reason, so that replay, list, case
and API all come to the same number without looking at a policy again (超时说明
20010540: days are exact to the second).

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.policy.closures import Closure as Closure
from domain.timer.changes import *
from domain.timer.events import *
from domain.timer.spans import HOUR_S as HOUR_S
from domain.timer.state import *

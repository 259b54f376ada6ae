"""A consumer: one name among the several one person may have, and what is held of it.

A flag blocks goodwill for a while, with a reason, and never what is owed. Whom it is
about sees it, and may object; it ends by itself.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.consumer.commands import *
from domain.consumer.decide import CONSUMER as CONSUMER
from domain.consumer.events import *
from domain.consumer.refusals import *
from domain.consumer.state import *
from domain.consumer.values import *

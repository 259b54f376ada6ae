"""An order: what was bought, paid, promised, sent and received, as reported.

Import from here; how the noun is laid out in files is nobody else's business.
"""

# ruff: noqa: F403  (the noun's words are imported whole, file by file)
from domain.order.as_of import as_of as as_of
from domain.order.claim import *
from domain.order.claims import *
from domain.order.commands import *
from domain.order.decide import ORDER as ORDER
from domain.order.events import *
from domain.order.goods import *
from domain.order.paid import *
from domain.order.parcel import *
from domain.order.refusals import *
from domain.order.shares import *
from domain.order.state import *
from domain.order.values import *

"""Hands out what an incident offers: money is set aside first, settled after.

A batch is named, its orders and their costs are written down, and only then is anybody
offered anything, each under a command id of its own. Killed anywhere, whoever comes
next finds the batch that is not settled, asks the same under the same ids, and settles
it: nobody is offered anything twice, and the count is exact. Two workers at once do the
same work twice, and write it once.

Whether it goes on is asked of the incident's own stream at each batch: what a read
model says of it is where to look, and never decides anything.
"""

from application.processes.hand_out.batches import BATCH_MAX as BATCH_MAX
from application.processes.hand_out.rounds import HandOuts as HandOuts
from application.processes.hand_out.rounds import TakesTurns as TakesTurns

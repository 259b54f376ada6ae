"""Every measure there is, in the order of the table."""

from typing import Final

from interface.bench import commands, feed
from interface.bench.measure import Measure

MEASURES: Final[tuple[Measure, ...]] = (*commands.MEASURES, *feed.MEASURES)

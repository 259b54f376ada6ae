"""Every measure there is, in the order of the table."""

from typing import Final

from interface.bench import (
    catch_up,
    ceiling,
    commands,
    feed,
    on_disk,
    others,
    overload,
    page,
    reading,
    web,
)
from interface.bench.measure import Measure

MEASURES: Final[tuple[Measure, ...]] = (
    *commands.MEASURES,
    *feed.MEASURES,
    *reading.MEASURES,
    *catch_up.MEASURES,
    *page.MEASURES,
    *on_disk.MEASURES,
    *others.MEASURES,
    *ceiling.MEASURES,
    *overload.MEASURES,
    *web.MEASURES,
)

"""What falls short of many orders, or heals, noticed in one append."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec.structs import replace

from application.event_store.batch import Answer, MovedOn
from application.event_store.envelope import Ask
from application.event_store.handler import DERIVED_MAX, CommandHandler
from application.event_store.store import Busy, StoreUnavailable
from application.resolutions.moving import beside
from application.resolutions.noticing import Noticing
from application.resolutions.said import Detecting, Notice
from application.resolutions.sights import Sights
from application.sight import Sight
from domain.kernel import Refused

# What is prepared, and appended, in one go. More would keep others waiting for longer.
TOGETHER_MAX: Final = 200


class ManyNoticed:
    """Notices things of many orders, each as if it came alone.

    Of one order one thing at a time is noticed: the next sees what came of it.
    """

    def __init__(
        self, handler: CommandHandler, noticing: Noticing, sights: Sights
    ) -> None:
        self._handler = handler
        self._noticing = noticing
        self._sights = sights

    def take(self, notices: Sequence[Notice]) -> list[Answer]:
        """Return an answer to each, in order: its receipt, or why there is none.

        What one cannot be asked is nobody else's harm. What lost a race is prepared
        anew. Raises only what concerns all of them: StoreUnavailable, after which the
        same may safely be asked again.
        """
        answers: dict[int, Answer] = {}
        tried: Counter[int] = Counter()
        while waiting := one_of_each(notices, answers):
            for number, answer in self._round(waiting).items():
                tried[number] += 1
                if not isinstance(answer, MovedOn):
                    answers[number] = answer
                elif tried[number] == DERIVED_MAX:
                    answers[number] = Busy(attempts=DERIVED_MAX)
        return [answers[number] for number in range(len(notices))]

    def _round(self, notices: Mapping[int, Notice]) -> dict[int, Answer]:
        """Ask for these, all of different orders, in one append."""
        sights = self._sights.of(each.order_id for each in notices.values())
        asks: dict[int, Ask] = {}
        answers: dict[int, Answer] = {}
        for number, notice in notices.items():
            try:
                asks[number] = self._prepared(notice, sights[notice.order_id])
            except StoreUnavailable:
                raise
            except Refused as refused:
                answers[number] = self._granted(notice) or refused
            except Exception as error:  # noqa: BLE001 - a value, see Answer
                answers[number] = error
        handled = self._handler.handle(list(asks.values()))
        return answers | dict(zip(asks, handled, strict=True))

    def _prepared(self, notice: Notice, sight: Sight) -> Ask:
        order_id, said, context = notice.order_id, notice.said, notice.context
        ask = (
            self._noticing.detecting(order_id, said, context, sight)
            if isinstance(said, Detecting)
            else self._noticing.clearing(order_id, said, context, sight)
        )
        return replace(ask, said=said, said_of=beside(order_id))

    def _granted(self, notice: Notice) -> Answer | None:
        """Return the first answer to what was asked before, whatever is so since."""
        stream_id = beside(notice.order_id)
        try:
            return self._handler.answered(stream_id, notice.context, notice.said)
        except Refused as reused:
            return reused


def one_of_each(
    notices: Sequence[Notice], answers: Mapping[int, Answer]
) -> dict[int, Notice]:
    """Return the next of each order that waits for an answer, so many at most."""
    first: dict[object, int] = {}
    for number, notice in enumerate(notices):
        if number not in answers:
            first.setdefault(notice.order_id, number)
    return {each: notices[each] for each in list(first.values())[:TOGETHER_MAX]}

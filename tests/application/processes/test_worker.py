"""The loop that keeps everything moving."""

from threading import Event as Signal

import psycopg
import pytest

from application.processes.worker import Step, Worker


class Basket:
    """Work to be done, a piece at a time; and what happens when it is touched."""

    def __init__(self, pieces: int, *accidents: Exception) -> None:
        self.pieces = pieces
        self.touched = 0
        self._accidents = list(accidents)

    def empty(self) -> int:
        self.touched += 1
        if self._accidents:
            raise self._accidents.pop(0)
        done = min(1, self.pieces)
        self.pieces -= done
        return done


def test_every_step_has_its_turn_until_nothing_is_left() -> None:
    few, many = Basket(1), Basket(3)
    worker = Worker([Step("few", few.empty), Step("many", many.empty)])
    assert worker.round() == {"few": 1, "many": 1}
    assert worker.round() == {"many": 1}
    worker.until_idle(Signal())
    assert (few.pieces, many.pieces) == (0, 0)


def test_a_step_that_fails_takes_no_turn_from_the_others() -> None:
    broken = Basket(1, LookupError("broken"))
    other = Basket(1)
    worker = Worker([Step("broken", broken.empty), Step("other", other.empty)])
    with pytest.raises(LookupError):
        worker.round()
    assert other.pieces == 0


def test_a_step_that_fails_is_tried_again() -> None:
    stop = Signal()
    away = Basket(1, psycopg.OperationalError("the database is away"))

    def last() -> int:
        if not away.pieces:
            stop.set()
        return 0

    Worker([Step("away", away.empty), Step("last", last)]).until_stopped(stop)
    assert (away.pieces, away.touched) == (0, 2)


def test_a_worker_told_to_stop_stops_even_with_work_left() -> None:
    stop = Signal()
    endless = Basket(10**9)

    def last() -> int:
        if endless.touched == 3:
            stop.set()
        return 0

    Worker([Step("endless", endless.empty), Step("last", last)]).until_stopped(stop)
    assert endless.touched == 3

"""What must be so of the whole store: every test asks it here, and ``redress verify``.

Each check takes down what is wrong and goes on. What a superuser can hide from it: who
rewrites all of a tail, with its leaves, commands, head and projections, leaves a log
that holds in itself. Only a checkpoint kept outside the database shows that.
"""

from collections.abc import Sequence

from msgspec import Struct

from application.event_store.connections import Connection
from application.projections.log import Range
from application.verify.approvals import APPROVAL_TAGS, check_approvals
from application.verify.asked import AskedCheck
from application.verify.checkpoints import check_checkpoints
from application.verify.effects import check_effects
from application.verify.findings import Findings, Report
from application.verify.log import Advance, Head, LogCheck, check_heads, heads, pages
from application.verify.money import MONEY_TAGS, MoneyCheck


class Scope(Struct, frozen=True):
    """What is looked at: partitions up to where they stood, behind a position.

    ``partition`` is the only one looked at, None for all.
    """

    partition: int | None
    after: int
    heads: Sequence[Head]

    @property
    def events(self) -> int:
        """How many events there are to look at."""
        return sum(max(0, each.end - self.after) for each in self.heads)


def unheard(_events: int) -> None:
    """Tell nobody how far it is."""


class NoSuchPartition(ValueError):
    """The store has no such partition."""


def scope_of(
    connection: Connection, partition: int | None = None, after: int = 0
) -> Scope:
    """Return what there is to look at now. Raises NoSuchPartition."""
    found = heads(connection, partition)
    if partition is not None and not found:
        raise NoSuchPartition(f"The store has no partition {partition}.")
    return Scope(partition, after, found)


def verify(
    connection: Connection, scope: Scope, found: Findings, advance: Advance = unheard
) -> None:
    """Check all but I6 within the scope, beside whoever writes meanwhile.

    ``advance`` is told of events as they are read. The connection is in autocommit, and
    only reads. Effects and checkpoints are looked at as they are now.
    """
    check_heads(scope.heads, found)
    for head in scope.heads:
        check_partition(connection, head, scope.after, found, advance)
    check_checkpoints(connection, scope.partition, found)
    if scope.partition is None:
        check_effects(connection, found)


def check_partition(
    connection: Connection,
    head: Head,
    after: int,
    found: Findings,
    advance: Advance,
) -> None:
    """Check one partition's log, page after page."""
    scope = Range(head.partition, after, max(after, head.end))
    log = LogCheck(connection, scope, found)
    asked = AskedCheck(connection, scope, found)
    money = MoneyCheck(connection, found)
    for page in pages(scope):
        tags = log.check(page)
        asked.check(page)
        if tags & MONEY_TAGS:
            money.check(page)
        if tags & APPROVAL_TAGS:
            check_approvals(connection, page, found)
        advance(page.upto - page.after)
    asked.end(head)


def verified(connection: Connection) -> Report:
    """Return what a look at the whole store comes to, without projections."""
    found = Findings()
    verify(connection, scope_of(connection), found)
    return found.report()

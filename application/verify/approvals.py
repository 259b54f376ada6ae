"""I11: what needs an approver has one of the rank asked for, and not who proposed it.

Only what events say of themselves: which rank was asked for, by the policy of that day,
and who approved. Whether that was the right rank `redress explain` decides again.
"""

from typing import Any, Final

from application.event_store.connections import Connection
from application.projections.log import Range
from application.verify.findings import Findings
from domain.resolution.approving import RANK

# Pages without any of these approve nothing.
APPROVAL_TAGS: Final = frozenset(
    {b"resolution.approved", b"compensation.goodwill_reserved"}
)
# Who approved what, the last proposal before it, and what was asked about that plan.
APPROVED: Final = """
SELECT e.position, e.stream_id, its.approved -> 'by' ->> 'role',
       its.approved -> 'by' ->> 'name', proposal.by ->> 'name', asked.role
  FROM store.event AS e
 CROSS JOIN LATERAL (SELECT store.as_json(e.body) AS approved OFFSET 0) AS its
  LEFT JOIN LATERAL (
       SELECT store.as_json(p.body) -> 'by' AS by FROM store.event AS p
        WHERE p.partition = e.partition AND p.stream_id = e.stream_id
          AND p.version < e.version AND p.type = 'resolution.proposed'
        ORDER BY p.version DESC LIMIT 1) AS proposal ON true
  LEFT JOIN LATERAL (
       SELECT store.as_json(a.body) ->> 'role' AS role FROM store.event AS a
        WHERE a.partition = e.partition AND a.stream_id = e.stream_id
          AND a.version < e.version AND a.type = 'resolution.approval_asked'
          AND store.as_json(a.body) ->> 'plan' = its.approved ->> 'plan'
          AND store.as_json(a.body) ->> 'hash' = its.approved ->> 'hash'
        ORDER BY a.version DESC LIMIT 1) AS asked ON true
 WHERE e.partition = %(partition)s
   AND e.position > %(after)s AND e.position <= %(upto)s
   AND e.type = 'resolution.approved'
UNION ALL
SELECT e.position, e.stream_id, its.given -> 'approved_by' ->> 'role',
       its.given -> 'approved_by' ->> 'name', its.given -> 'by' ->> 'name', NULL
  FROM store.event AS e
 CROSS JOIN LATERAL (SELECT store.as_json(e.body) AS given OFFSET 0) AS its
 WHERE e.partition = %(partition)s
   AND e.position > %(after)s AND e.position <= %(upto)s
   AND e.type = 'compensation.goodwill_reserved'
"""


def check_approvals(connection: Connection, page: Range, found: Findings) -> None:
    """Check the approvals of a page of the log."""
    rows: Any = connection.execute(APPROVED, page._asdict())
    for position, stream_id, role, name, proposer, asked in rows:
        found.looked_at("I11", 1)
        if role != "system" and name == proposer:
            what = f"{name} approved what {proposer} proposed"
        elif asked is not None and rank(role) < rank(asked):
            what = f"a {role} approved what a {asked} had to"
        else:
            continue
        found.add(
            "I11",
            what,
            partition=page.partition,
            position=position,
            of=f"stream {stream_id}",
        )


def rank(role: str | None) -> int:
    """Return the place of a role among those that approve, -1 for others."""
    ranks: list[str] = list(RANK)
    return ranks.index(role) if role in ranks else -1

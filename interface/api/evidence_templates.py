"""Templates of evidence requests: what each side is asked to show, by the rules."""

from collections.abc import Mapping
from typing import Annotated

from litestar import Controller, get
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter, SkipValidation
from msgspec import Struct

from application.access import NotFound
from application.policy_set import Policies
from domain.kernel import PolicyRef
from domain.policy.book import in_force
from domain.policy.rows import BurdenRow, Issue, Times
from interface.api.auth import does
from interface.api.paging import Listed
from interface.clock import now
from interface.wording import Tongue
from interface.wording.evidence_words import asked_for

ProfileAsked = Annotated[
    str, QueryParameter(description="Whose rules: douyin-like, taobao-like …")
]


class TemplateStep(Struct, frozen=True, kw_only=True):
    """What one side is asked to show, in words to send; ``default`` is for silence."""

    of: str
    shows: tuple[str, ...]
    text: Mapping[Tongue, str]
    default: str


class EvidenceTemplate(Struct, frozen=True, kw_only=True):
    """Who is asked for what in an issue, one after the other, by which row."""

    issue: Issue
    policy: PolicyRef
    steps: tuple[TemplateStep, ...]


class EvidenceTemplateController(Controller):
    """What to ask for, when proof is asked for."""

    path = "/v1/evidence-templates"
    tags = ("policies",)

    @get(
        operation_id="findEvidenceTemplates",
        opt=does("policy.read"),
        sync_to_thread=True,
    )
    def find(
        self,
        policies: NamedDependency[SkipValidation[Policies]],
        profile: ProfileAsked,
        issue: FromQuery[Issue | None] = None,
    ) -> Listed[EvidenceTemplate]:
        """List what each side is asked to show, by issue; the rules in force now."""
        known = policies.current().policies.profiles
        if profile not in known:
            raise NotFound
        rows = in_force(policies.book(profile).rows, Times(judged_at=now()))
        found = (row for row in rows if isinstance(row, BurdenRow))
        wanted = (row for row in found if issue in {None, row.issue})
        return Listed(items=[template(row) for row in wanted], next=None)


def template(row: BurdenRow) -> EvidenceTemplate:
    """Return a row of the burden of proof as requests one can send."""
    return EvidenceTemplate(
        issue=row.issue,
        policy=row.ref,
        steps=tuple(
            TemplateStep(
                of=step.proves,
                shows=step.evidence,
                text=asked_for(step.evidence),
                default=step.default,
            )
            for step in row.steps
        ),
    )

"""What is sent to resolutions over HTTP, and the "no" to what was seen before."""

from typing import Annotated, cast

from litestar import Response
from msgspec import Meta, Struct

from application.casework import Matter
from application.projections.matters import MatterQueries
from application.resolutions.preview import preview_view
from application.resolutions.resolutions import Resolutions
from application.scorecards import ScorecardDesk
from domain.kernel import Code, Moment
from domain.plan import Experiment, Plan, PlanHash, PlanName
from domain.resolution import StalePreview
from interface.api.preview_page import PreviewPage, preview_page
from interface.api.problems import PROBLEM_JSON, Problem, refused
from interface.api.receipts import ReceiptBody
from interface.clock import now

Way = Annotated[str, Meta(pattern=r"^(retry|done_elsewhere|skip)$")]
Plans = Annotated[tuple[Plan, ...], Meta(max_length=3)]


class ProposePlansBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An agent's own plans, in place of those the rules make; what is owed stays.

    Without any, the rules make them anew. ``offer``: what needs nobody's approval is
    offered at once. ``experiment`` says from which arm goodwill was drawn, and how
    likely that was, so that its effect can be measured; never what is owed.
    """

    plans: Plans | None = None
    offer: bool = True
    experiment: Experiment | None = None


class ApprovePlanBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The plan, and the hash of its preview: exactly this is offered and done."""

    plan: PlanName
    hash: PlanHash


class BlockBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Why goodwill is blocked for this resolution, and until when."""

    reason: Code
    until: Moment


class TriageBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Block goodwill, or with ``block`` null let it go again; never what is owed."""

    block: BlockBody | None


class SettleStepBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of a step that needs a person, and why."""

    way: Way
    reason: Code


class StaleProblem(Problem, frozen=True, kw_only=True):
    """A "no" to what was previewed before the ground moved, with what it is now."""

    preview: PreviewPage


def seen(
    matter: Matter,
    resolutions: Resolutions,
    scorecards: ScorecardDesk,
    matters: MatterQueries,
    industry: str | None = None,
) -> PreviewPage:
    """Return what a resolution would propose now."""
    about = [] if matter.order_id is None else matters.about(matter.order_id)
    beside = frozenset(str(row.noun) for row in about)
    view = preview_view(
        matter.stream_id, resolutions, scorecards, beside, now(), industry=industry
    )
    return preview_page(view)


def stale_answer(stale: StalePreview, view: PreviewPage) -> Response[ReceiptBody]:
    """Return the "no" to a stale preview, with the preview as it is now."""
    told = refused(stale)
    problem = StaleProblem(
        type=told.type,
        title=told.title,
        status=told.status,
        detail=told.detail,
        code=told.code,
        version=view.version,
        preview=view,
    )
    answer = Response(
        problem,
        status_code=problem.status,
        media_type=PROBLEM_JSON,
        headers={"Cache-Control": "no-store", "ETag": f'"{view.version}"'},
    )
    return cast("Response[ReceiptBody]", answer)

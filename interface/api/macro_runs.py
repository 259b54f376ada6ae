"""Macros over HTTP as they are run on a case, a dispute or a contact."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Final
from uuid import UUID

from litestar import Controller, Response, post
from litestar.di import NamedDependency
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Struct

from application.access import Actor
from application.desk import AgentDesk, StepRun
from domain.desk import MacroNoun
from domain.kernel import Request
from interface.api.auth import does
from interface.api.context import Asked
from interface.api.desk import KeptInPath
from interface.api.examples import json_like
from interface.api.order_commands import strictly
from interface.api.problems import Problem, refused
from interface.api.receipts import ReceiptBody, receipt_answer, receipt_body


class RunBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Nothing more is said: the macro says it all."""


class StepDone(Struct, frozen=True, kw_only=True):
    """What came of one step: its receipt, or why it was refused."""

    step: int
    command: str
    receipt: ReceiptBody | None
    refusal: Problem | None


class MacroRun(Struct, frozen=True, kw_only=True):
    """How far a macro came; ``finished`` says that every step was done.

    The last step is the refused one where it is not. What was done before it stands.
    """

    finished: bool
    steps: tuple[StepDone, ...]


class RunMacro(Request, frozen=True, kw_only=True):
    """Run a macro: the same commands as by hand, up to the first that is refused.

    Where already the first is refused nothing was done, and its refusal is the answer.
    The same key again goes on where the run stopped.
    """


def runner(noun: MacroNoun) -> HTTPRouteHandler:
    """Return the handler that runs macros on one noun."""

    def run(  # noqa: PLR0913  # what it needs is injected by these names
        _controller: Controller,
        *,
        stream_id: FromPath[UUID],
        name: KeptInPath,
        raw: NamedDependency[bytes],
        actor: NamedDependency[Actor],
        asked: NamedDependency[Asked],
        agent_desk: NamedDependency[AgentDesk],
        data: Annotated[RunBody | None, json_like("RunBody")] = None,
    ) -> Response[MacroRun]:
        del data  # Described to readers, and read loosely; here is the strict reading.
        strictly(raw, RunBody)
        context = asked.context(actor, stream_id, RunMacro)
        return run_answer(agent_desk.run(actor, name, noun, stream_id, context))

    run.__name__ = run.__qualname__ = f"{noun}RunMacro"
    run.__doc__ = RunMacro.__doc__
    return post(
        "/{stream_id:uuid}/macros/{name:str}",
        operation_id=f"{noun}RunMacro",
        opt=does("desk.keep", RunMacro),
        status_code=200,
        sync_to_thread=True,
    )(run)


def run_answer(steps: Sequence[StepRun]) -> Response[MacroRun]:
    """Return how far a run came; where the matter then stands, as a receipt says it."""
    done = [each.receipt for each in steps if each.receipt is not None]
    body = MacroRun(
        finished=len(done) == len(steps),
        steps=tuple(step_done(each) for each in steps),
    )
    return Response(body, headers=receipt_answer(done[-1]).headers)


def step_done(step: StepRun) -> StepDone:
    """Return what came of a step."""
    receipt, refusal = step.receipt, step.refusal
    return StepDone(
        step=step.step,
        command=step.command,
        receipt=None if receipt is None else receipt_body(receipt),
        refusal=None if refusal is None else refused(refusal),
    )


RUN_ON: Final[Mapping[MacroNoun, str]] = {
    "case": "/v1/cases",
    "dispute": "/v1/disputes",
    "contact": "/v1/contacts",
}


def macro_controller(noun: MacroNoun, path: str) -> type[Controller]:
    """Return the controller of macros below one noun."""
    told = {"path": path, "tags": (f"{noun}s",), "run": runner(noun)}
    return type(f"{noun.capitalize()}MacroController", (Controller,), told)


HANDLERS: Final[Sequence[type[Controller]]] = tuple(
    macro_controller(noun, path) for noun, path in RUN_ON.items()
)

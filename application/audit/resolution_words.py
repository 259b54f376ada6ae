"""What happened in a proactive resolution, in plain words."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from application.audit.spelt import moment, money, spelt, yuan
from domain.plan import BearerCost, Block, Experiment, Plan, PlanStep, Proposed
from domain.shortfall import Fact, SeverityOf, Shortfall, Weighed

# Enough of a hash to tell two apart; whole, it stands in the event.
HASH_SHOWN: Final = 12

RESOLUTION_SENTENCES: Final[Mapping[str, str]] = {
    "resolution.opened": "{by} saw that order {order} of {consumer} falls short "
    "(resolution {number}): {shortfall}{incident?, in incident *}",
    "resolution.shortfall_attached": "{by} added to it: {shortfall}",
    "resolution.shortfall_healed": "{shortfall} cleared, by {cleared_by}",
    "resolution.triaged": "{by} says how grave it is: {severity}"
    "{block?; goodwill is blocked: *}",
    "resolution.dismissed": "{by} let it be: {reason}{words?: *}",
    "resolution.self_healed": "everything cleared before anything was done",
    "resolution.proposed": "{by} proposed, round {round}, resting on {rests_on}; "
    "owed: {minimum}{plans?; over it: *}{experiment?; *}"
    "{before_fen?; * beside it within a day}",
    "resolution.superseded": "round {round} stands no more: {reason}",
    "resolution.approval_asked": "{plan} ({hash}), {amount_fen}, waits for {role}, "
    "under {policy}",
    "resolution.approved": "{by} approved {plan} ({hash}), {amount_fen}, "
    "under {policy}",
    "resolution.rejected": "{by} sent round {round} back: {reason}{words?: *}",
    "resolution.offered": "{by} offered {plans} until {expires_at}: {reason}; "
    "silence means {on_silence}, under {policy}",
    "resolution.accepted": "{by} took {plan} ({hash})",
    "resolution.declined": "{by} took none{reason?: *}{words?: *}",
    "resolution.countered": "{by} asks for something else: {wish}{words?: *}",
    "resolution.expired": "nobody answered: {on_silence}, under {policy}",
    "resolution.execution_started": "{by} had {plan} ({hash}) carried out{steps?: *}",
    "resolution.step_started": "{by} began {step}, attempt {attempt}: {does}"
    "{matter?; in *}",
    "resolution.step_succeeded": "{step} done, attempt {attempt}"
    "{reference?, known as *}",
    "resolution.step_failed": "{step} failed, attempt {attempt}: {reason} "
    "(for good: {final})",
    "resolution.step_compensated": "{by} undid {step}{reference?, known as *}",
    "resolution.step_needs_human": "{step} needs somebody: {reason}",
    "resolution.step_settled": "{by} decided of {step}: {way} ({reason})",
    "resolution.executed": "{plan} is carried out, {paid_fen} paid",
    "resolution.confirmed": "{by} says it is made good{score?: * of 5}",
    "resolution.reopened": "{by} took it up again: {reason}",
    "resolution.handed_to_dispute": "{by} hands it over to be judged{dispute?, in *}",
    "resolution.outcome_measured": "{after_days} days after: complained later "
    "{complained_later}, refunded again {refunded_again}, bought again "
    "{bought_again}{score?, * of 5}{paid_by?; borne: *}",
}

# A step's key: the proposal's round, the plan, and the step's number.
STEP: Final = re.compile(r"^(\d+)/([^/]+)/(\d+)$")


def step_name(key: str) -> str:
    """Return a step by its place in its plan; a name that is no key as it is."""
    found = STEP.match(key)
    return f"step {found[3]} of {found[2]} (round {found[1]})" if found else key


def shortfall_name(name: str) -> str:
    """Return a shortfall's name in words: its code, its line if one, its window."""
    line, _, rest = name.partition("/")
    code, _, window = rest.partition("/")
    if not window:
        return name
    where = "the order" if line == "order" else f"line {line}"
    return f"{code} of {where} (window {window})"


def hash_shown(seen: str) -> str:
    """Return as much of a hash as it takes to tell it from another."""
    return seen[:HASH_SHOWN]


def shortfall_words(value: Shortfall) -> str:
    """Return what fell short of what, since when, as its rule noticed it."""
    return f"{shortfall_name(value.name)} {', '.join(about_shortfall(value))}"


def about_shortfall(value: Shortfall) -> Iterator[str]:
    """Yield since when something falls short, and how that is known."""
    yield f"since {moment(value.since)}"
    if value.due:
        yield f"due {moment(value.due)}"
    if value.parcel:
        yield f"parcel {value.parcel}"
    if value.heard_in:
        yield f"heard of in {value.heard_in}"
    if value.incident:
        yield f"in incident {value.incident}"
    if value.breach:
        yield f"a breach: {value.breach}"
    if value.severity:
        yield f"severity {severity_words(value.severity)}"
    if value.facts:
        yield f"known: {listed(map(fact_words, value.facts))}"
    yield f"by {value.rule}"


def severity_words(value: SeverityOf) -> str:
    """Return how grave it is, and which inputs made it so."""
    inputs = listed(map(weighed_words, value.inputs))
    return f"{value.severity}, {value.points} points ({inputs}), by {value.policy}"


def weighed_words(value: Weighed) -> str:
    """Return one input, and the points it gave."""
    return f"{value.input} {value.value}: {value.points}"


def fact_words(value: Fact) -> str:
    """Return one thing a detector looked at."""
    told = [spelt(each) for each in (value.value, value.at) if each is not None]
    return " ".join((value.name, *told))


def proposed_words(value: Proposed) -> str:
    """Return a plan, and the beginning of the hash of its preview."""
    return f"{plan_words(value.plan)} [{hash_shown(value.hash)}]"


def plan_words(value: Plan) -> str:
    """Return a plan's steps, in the order they are done."""
    steps = "; ".join(map(step_words, value.steps)) or "nothing"
    return f"{value.name}: {steps}"


def step_words(value: PlanStep) -> str:
    """Return what is done, what it costs whom, and what it is about."""
    cost = f" {money(value.amount)} by {value.bearer}" if value.amount else ""
    return f"{value.action}{cost} ({', '.join(about_step(value))})"


def about_step(value: PlanStep) -> Iterator[str]:
    """Yield why a step is done, and what it is about."""
    yield value.part
    if value.lines:
        yield f"line {listed(map(str, value.lines), ' and ')}"
    if value.parcel:
        yield f"parcel {value.parcel}"
    if value.carrier:
        yield f"with {value.carrier}"
    if value.due_at:
        yield f"until {moment(value.due_at)}"
    if value.party:
        yield f"from {value.party}"
    if value.charged_fen:
        yield f"{yuan(value.charged_fen)} charged beside it"
    if value.shortfall:
        yield f"for {shortfall_name(value.shortfall)}"
    if value.policy:
        yield f"by {value.policy}"


def experiment_words(value: Experiment) -> str:
    """Return the arm that was drawn, and how likely that was."""
    return (
        f"arm {value.arm} of {value.experiment}, "
        f"drawn at {value.propensity_bp / 100:g} %"
    )


def block_words(value: Block) -> str:
    """Return why goodwill is blocked, and until when."""
    return f"{value.reason} until {moment(value.until)} ({value.flag})"


def bearer_words(value: BearerCost) -> str:
    """Return what one party bears."""
    return f"{value.bearer} {yuan(value.fen)}"


def listed(words: Iterator[str], between: str = ", ") -> str:
    """Return several, one after the other."""
    return between.join(words)


RESOLUTION_VALUES: Final[Mapping[type, Callable[[Any], str]]] = {
    Shortfall: shortfall_words,
    SeverityOf: severity_words,
    Weighed: weighed_words,
    Fact: fact_words,
    Proposed: proposed_words,
    Plan: plan_words,
    PlanStep: step_words,
    Experiment: experiment_words,
    Block: block_words,
    BearerCost: bearer_words,
}
# Names of which words are made, by the fields that hold them.
RESOLUTION_NAMES: Final[Mapping[str, Callable[[str], str]]] = {
    "shortfall": shortfall_name,
    "step": step_name,
    "steps": step_name,
    "hash": hash_shown,
}

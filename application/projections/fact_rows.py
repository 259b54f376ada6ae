"""The facts of events that are told field by field, taken by code for each type.

To go through the fields of an event by their names takes several times as long as a
function that names each, and fills a struct that leaves out what is empty.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeAlias

from msgspec import NODEFAULT, defstruct, inspect

from domain.kernel import Event

# Takes the facts of an event of one type: something that JSON has a form for.
Taking: TypeAlias = Callable[[Any], Any]
# What is told in place of a field or beside them, by its name, each made of the event.
Made: TypeAlias = Mapping[str, Callable[[Any], Any]]

# What is no fact: the tag, and the time told anyway.
UNTOLD: Final = ("type", "at")


class EmptyInTwoWays(Exception):
    """A field may be empty in two ways, and a struct leaves out but one of them."""


def taking(event_type: type[Event], made: Made) -> Taking:
    """Return what takes the facts of such events, those ``told`` makes of the fields.

    It is ``lambda event: facts(event.a, made_b(event))``, for facts a and b. Raises
    EmptyInTwoWays.
    """
    fields: Sequence[inspect.Field] = inspect.type_info(event_type).fields  # type: ignore[attr-defined]  # it is a struct
    said = {
        each.encode_name: (f"event.{each.name}", nothing_of(each.type))
        for each in fields
        if each.encode_name not in UNTOLD and each.encode_name not in made
    }
    if "timer" in said:
        said.setdefault("step", ("event.timer.partition('/')[0]", NODEFAULT))
        if "closures" in said:
            said["closures"] = ("len(event.closures) or None", None)
    elif "promise" in said:
        said["promise_kind"] = ("event.promise.partition('/')[0]", NODEFAULT)
    said |= {name: (f"made_{name}(event)", NODEFAULT) for name in made}
    # A struct wants the fields that may be left out behind the others.
    ordered = sorted(said.items(), key=lambda each: each[1][1] is not NODEFAULT)
    facts = defstruct(
        f"{event_type.__name__}Facts",
        [
            (name, Any) if nothing is NODEFAULT else (name, Any, nothing)
            for name, (_, nothing) in ordered
        ],
        omit_defaults=True,
        gc=False,
    )
    values = ", ".join(value for _, (value, _) in ordered)
    known = {"facts": facts} | {f"made_{name}": make for name, make in made.items()}
    take: Taking = eval(f"lambda event: facts({values})", known)  # noqa: S307 - names of our own fields
    return take


def nothing_of(kind: inspect.Type) -> Any:
    """Return the value of such a field that says nothing, NODEFAULT if there is none.

    Raises EmptyInTwoWays.
    """
    match kind:
        case inspect.UnionType(types=types):
            some = {nothing_of(each) for each in types} - {NODEFAULT}
            if len(some) > 1:
                raise EmptyInTwoWays(str(kind))
            return some.pop() if some else NODEFAULT
        case inspect.NoneType():
            return None
        case inspect.VarTupleType():
            return ()
        case inspect.ListType() | inspect.AnyType():
            raise EmptyInTwoWays(str(kind))
        case _:
            return NODEFAULT

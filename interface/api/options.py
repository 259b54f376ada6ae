"""Which values a field of a request may hold, where they are a few names."""

import re
from typing import Any, Final

from msgspec import inspect

# More would be no help in a sentence.
OPTIONS_MAX: Final = 30
STEP: Final = re.compile(r"[^.\[\]]+|\[[^\]]*\]")


def options(body: Any, where: str) -> tuple[str, ...]:
    """Return the names a field may hold, by where it stands in a body; else none."""
    try:
        found = [inspect.type_info(body)]
    except (TypeError, NotImplementedError):
        return ()
    for step in STEP.findall(where):
        found = [inner for each in found for inner in below(each, step)]
    names = {str(name) for each in found for one in plain(each) for name in named(one)}
    return tuple(sorted(names)) if len(names) <= OPTIONS_MAX else ()


def plain(of: inspect.Type) -> list[inspect.Type]:
    """Return the types a type is one of."""
    if isinstance(of, inspect.Metadata):
        return plain(of.type)
    if isinstance(of, inspect.UnionType):
        return [inner for each in of.types for inner in plain(each)]
    return [of]


def below(of: inspect.Type, step: str) -> list[inspect.Type]:
    """Return the types of what stands one step below."""
    found: list[inspect.Type] = []
    for each in plain(of):
        match each:
            case inspect.StructType(fields=fields):
                found += [f.type for f in fields if f.encode_name == step]
            case (
                inspect.VarTupleType(item_type=inner)
                | inspect.ListType(item_type=inner)
            ) if step.startswith("["):
                found.append(inner)
            case inspect.DictType(value_type=inner):
                found.append(inner)
            case _:
                pass
    return found


def named(of: inspect.Type) -> tuple[Any, ...]:
    """Return the names a type is made of, if it is."""
    match of:
        case inspect.LiteralType(values=values):
            return tuple(values)
        case inspect.EnumType(cls=cls):
            return tuple(each.value for each in cls)
        case _:
            return ()


def with_options(message: str, body: Any, where: str) -> str:
    """Return what is wrong with a field, with what it may hold where that is said."""
    if not message.startswith("Invalid enum value"):
        return message
    names = options(body, where)
    return f"{message}; it may be {', '.join(names)}" if names else message

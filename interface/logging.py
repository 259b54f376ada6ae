"""What is written to the log, and how: to standard error, one event a line.

JSON where a program reads it, colours where a person does. A log holds ids, codes and
numbers; values of local variables never, for they may be somebody's words. Nor does it
quote what an exception was about: an event shows its fields, and they name consumers.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator
from traceback import extract_tb
from typing import Any, Final

import msgspec
import structlog
from structlog.typing import EventDict, Processor

# Of a message: what stands in quotes, and the fields of whatever is shown whole.
QUOTED: Final = re.compile(r"""'[^']*'|"[^"]*"|\bsealed:\S+""")
FIELDS: Final = re.compile(r"(\w+)\(.*", re.DOTALL)


def configure_logging(level: str = "info") -> None:
    """Send the log of this process, and of the libraries in it, to standard error.

    Our own lines go there straight: by way of the library's, each would be made thrice.
    """
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                *rendering(sys.stderr.isatty()),
            ],
        )
    )
    logging.basicConfig(handlers=[handler], level=level.upper(), force=True)
    structlog.configure(
        processors=[*shared, *rendering(sys.stderr.isatty())],
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
        wrapper_class=structlog.make_filtering_bound_logger(level),
        cache_logger_on_first_use=True,
    )


def rendering(terminal: bool) -> list[Processor]:  # noqa: FBT001  # one question, one answer
    """Return the last steps of a line: colours for people, JSON for programs."""
    if terminal:
        return [failure_told, structlog.dev.ConsoleRenderer()]
    return [
        failure_told,
        structlog.processors.JSONRenderer(as_json),
    ]


def as_json(said: EventDict, default: Callable[[Any], Any]) -> str:
    """Return a line as JSON; ``default`` makes something of what JSON has no word for.

    The standard library takes ten times as long, but it takes everything.
    """

    def made(value: Any) -> Any:
        return str(value) if isinstance(value, str) else default(value)

    try:
        return msgspec.json.encode(said, enc_hook=made).decode()
    except (TypeError, ValueError, OverflowError, RecursionError):
        return json.dumps(said, default=default, ensure_ascii=False)


def failure_told(_logger: object, _method: str, said: EventDict) -> EventDict:
    """Put in the place of an exception what it was, where, and what led to it."""
    given = said.pop("exc_info", None)
    if given is True:
        given = sys.exc_info()
    error = given[1] if isinstance(given, tuple) else given
    if isinstance(error, BaseException):
        said["exception"] = "\n".join(lines_of(error))
    return said


def lines_of(error: BaseException) -> Iterator[str]:
    """Yield what happened and where, the last frame last, then what caused it."""
    told: BaseException | None = error
    seen: set[int] = set()
    while told is not None and id(told) not in seen:
        seen.add(id(told))
        yield f"{type(told).__name__}: {unquoted(str(told))}"
        for frame in extract_tb(told.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} in {frame.name}"
        told = told.__cause__ or told.__context__


def unquoted(message: str) -> str:
    """Return the first line of a message without what it quotes."""
    line = QUOTED.sub("…", message.partition("\n")[0])
    return FIELDS.sub(r"\1(…)", line)

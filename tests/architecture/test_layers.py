"""What a layer may know, as tests."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOMAIN_MAY_IMPORT = sys.stdlib_module_names - {"os", "random", "time", "logging"}
DOMAIN_MAY_IMPORT |= {"msgspec", "domain"}
DOMAIN_MAY_NOT_CALL = {"now", "utcnow", "today", "uuid1", "uuid4", "open", "print"}
APPLICATION_MAY_NOT_IMPORT = {"litestar", "granian", "interface"}
INTERFACE_MAY_NOT_NAME = {"decide", "evolve", "Decider"}

# The only ones of their kind.
ENVIRONMENT = "interface/settings.py"
CLOCK = "interface/clock.py"
COMPOSITION_ROOT = "interface/bootstrap/"
# Who may ask the composition root for what it builds: those who start things, and the
# sample's story, whose people use the whole product.
STARTERS = (
    COMPOSITION_ROOT,
    "interface/cli/",
    "interface/sample/",
    "interface/serving.py",
    "interface/working.py",
)


def nodes(*layers: str) -> Iterator[tuple[str, ast.AST]]:
    for layer in layers:
        for path in sorted((ROOT / layer).rglob("*.py")):
            name = path.relative_to(ROOT).as_posix()
            for node in ast.walk(ast.parse(path.read_text())):
                yield name, node


def imports(*layers: str) -> Iterator[tuple[str, str]]:
    for name, node in nodes(*layers):
        if isinstance(node, ast.Import):
            yield from ((name, alias.name) for alias in node.names)
        if isinstance(node, ast.ImportFrom):
            yield name, node.module or ""
            yield from ((name, f"{node.module}.{alias.name}") for alias in node.names)


def calls(*layers: str) -> Iterator[tuple[str, int, str]]:
    for name, node in nodes(*layers):
        if isinstance(node, ast.Call):
            called = getattr(node.func, "attr", getattr(node.func, "id", ""))
            yield name, node.lineno, called


def test_the_domain_imports_only_words() -> None:
    for path, module in imports("domain"):
        assert module.split(".")[0] in DOMAIN_MAY_IMPORT, f"{path} imports {module}"


def test_the_domain_has_no_clock_and_no_dice() -> None:
    for path, line, called in calls("domain"):
        assert called not in DOMAIN_MAY_NOT_CALL, f"{path}:{line} calls {called}"


def test_the_application_knows_no_web() -> None:
    for path, module in imports("application"):
        root = module.split(".")[0]
        assert root not in APPLICATION_MAY_NOT_IMPORT, f"{path} imports {module}"


def test_the_interface_translates_but_does_not_decide() -> None:
    for path, node in nodes("interface"):
        names = {
            alias.name
            for alias in getattr(node, "names", ()) or ()
            if isinstance(alias, ast.alias)
        }
        names.add(getattr(node, "attr", ""))
        assert not names & INTERFACE_MAY_NOT_NAME, f"{path} names {names}"


def test_there_is_one_clock() -> None:
    for path, node in nodes("application", "interface"):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            asked = f"{ast.unparse(node.func.value).split('.')[-1]}.{node.func.attr}"
            reads = asked in {"datetime.now", "datetime.utcnow", "date.today"}
            reads |= asked == "time.time"
            assert not reads or path == CLOCK, f"{path}:{node.lineno} reads the clock"


def test_there_is_one_reader_of_the_environment() -> None:
    for path, node in nodes("application", "interface"):
        reads = isinstance(node, ast.Attribute) and node.attr in {"environ", "getenv"}
        assert not reads or path == ENVIRONMENT, f"{path} reads the environment"


def test_only_those_who_start_things_know_the_composition_root() -> None:
    for path, module in imports("domain", "application", "interface"):
        if module.startswith("interface.bootstrap"):
            assert path.startswith(STARTERS), f"{path} imports {module}"


def test_nothing_is_printed_but_at_the_command_line() -> None:
    for path, line, called in calls("application", "interface"):
        spoken = called == "print" and not path.startswith("interface/cli/")
        assert not spoken, f"{path}:{line} prints"

"""The command ``redress``: a file or a folder in this one for each of its words."""

import importlib
import pkgutil
import sys
from typing import Any

import rich_click as click
from click import NoSuchCommand

import interface.cli
from interface.errors import UserError


class CommandPerFile(click.RichGroup):
    """Finds ``redress some-word`` in ``some_word``, under the name ``command``.

    It is read only when its word is said, so that no command waits for others.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the words there are."""
        modules = pkgutil.iter_modules(interface.cli.__path__)
        words = [each.name.replace("_", "-") for each in modules if each.name != "main"]
        return [word for word in words if self.get_command(ctx, word)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command for a word, if there is one."""
        del ctx  # Every word means the same wherever it is said.
        module = f"interface.cli.{cmd_name.replace('-', '_')}"
        try:
            found: Any = importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name != module:
                raise
            return None
        command: click.Command | None = getattr(found, "command", None)
        if command is not None:
            command.name = cmd_name
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Return what was said. Raises NoSuchCommand, with words like it."""
        try:
            return super().resolve_command(ctx, args)
        except NoSuchCommand as unknown:
            words = self.list_commands(ctx)
            raise NoSuchCommand(
                unknown.command_name, possibilities=words, ctx=ctx
            ) from None


@click.group(
    cls=CommandPerFile, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(package_name="redress")
def redress() -> None:
    """Redress: every order, every promise, every word about it, and what was done."""


def main() -> None:
    """Run the command line; say in one line what a person has to know."""
    try:
        redress(prog_name="redress")
    except UserError as error:
        give_up(str(error), error.exit_code)
    except OSError as error:
        if error.strerror is None:
            raise
        where = f": {error.filename}" if error.filename else ""
        give_up(f"{error.strerror}{where}", 1)
    except Exception as error:
        psycopg = sys.modules.get("psycopg")
        if psycopg is None or not isinstance(error, psycopg.OperationalError):
            raise
        give_up(f"The database does not answer: {str(error).splitlines()[0]}", 1)


def give_up(line: str, exit_code: int) -> None:
    """Say why on standard error, and end."""
    print(f"redress: {line}", file=sys.stderr)  # noqa: T201  # this is where it is said
    sys.exit(exit_code)


if __name__ == "__main__":
    main()

"""What a person at a terminal is told when something cannot be done."""


class UserError(Exception):
    """One line for people: what happened, where, what to do.

    The command line prints it to standard error without a traceback and ends with
    ``exit_code``: 1, or 2 when the question itself was wrong.
    """

    exit_code = 1


class WrongSetting(UserError):
    """A variable of the environment holds what it may not."""

    exit_code = 2

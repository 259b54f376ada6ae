"""``redress work``: the worker alone."""

import rich_click as click

from interface.bootstrap import open_redress
from interface.cli.installation import existing_or_new
from interface.logging import configure_logging
from interface.long_running import settle_in
from interface.running import one_of_many, wait_until_ready
from interface.settings import read_settings
from interface.working import stopped_by_signals, worker


@click.command()
@click.option("--once", is_flag=True, help="End when there is nothing left to do.")
def command(*, once: bool) -> None:
    """Fill the projections and ask about deadlines, until Ctrl-C.

    Several workers at once share the work. Each line of the log is a round that found
    something to do.
    """
    settings = existing_or_new(read_settings())
    configure_logging(settings.log_level)
    wait_until_ready(settings.home)
    with (
        stopped_by_signals() as stop,
        one_of_many(settings.home, "work"),
        open_redress(settings) as redress,
    ):
        redress.policies.bring_up_to_date()
        if once:
            steps = worker(redress)
            steps.until_idle(stop)
            while redress.outside.effect_worker.finish(stop):
                steps.until_idle(stop)  # What came of them may lead to more.
            redress.outside.sender.finish(stop)
        else:
            steps = worker(redress)
            settle_in()
            steps.until_stopped(stop)

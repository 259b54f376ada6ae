"""Secrets that are made when first asked for, and kept."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from interface.home import kept_secret

THREADS, ROUNDS = 8, 25


def test_all_who_ask_at_once_get_the_one_that_was_written_first(
    tmp_path: Path,
) -> None:
    together = Barrier(THREADS)

    def ask(number: int) -> str:
        together.wait()
        return kept_secret(tmp_path, f"gateway-{number}")

    with ThreadPoolExecutor(THREADS) as threads:
        for number in range(ROUNDS):
            told = set(threads.map(ask, [number] * THREADS))
            assert told == {(tmp_path / f"gateway-{number}").read_text()}
    assert sorted(each.name for each in tmp_path.iterdir()) == sorted(
        f"gateway-{number}" for number in range(ROUNDS)
    ), "no drafts are left"

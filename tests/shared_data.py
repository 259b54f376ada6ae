"""Recordings that may lie beside the project; without them their tests are skipped."""

from pathlib import Path

import pytest

SHARED = Path(__file__).parents[2] / "shared" / "data"


def recorded(*parts: str) -> Path:
    """Return a file or folder of the recordings, or skip the test."""
    path = SHARED.joinpath(*parts)
    if not path.exists():
        name = "/".join(parts)
        pytest.skip(f"the optional recordings are not here: shared/data/{name}")
    return path

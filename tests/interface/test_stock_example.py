"""The guide's own example of a stock application, run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Final

import psycopg
import pytest
from eventsourcing.persistence import InfrastructureFactory

from interface.errors import UserError
from interface.postgres.database import DatabaseUrls
from interface.stock import InstallationFactory

GUIDE: Final = Path(__file__).parents[2] / "docs" / "event-store.md"
MODULE: Final = {"PERSISTENCE_MODULE": "interface.stock"}


def written_in_the_guide(language: str) -> str:
    found = re.search(
        rf"^```{language}\n(.*?)^```$", example(), re.DOTALL | re.MULTILINE
    )
    assert found is not None
    return found[1]


def example() -> str:
    return GUIDE.read_text().split("## Applications of the eventsourcing library")[1]


@pytest.fixture
def home(clean_database: DatabaseUrls) -> Path:
    with psycopg.connect(clean_database.owner) as owner:
        row = owner.execute("SHOW data_directory").fetchone()
    assert row is not None
    return Path(row[0]).parent


def test_it_runs_from_any_folder_by_persistence_module_alone(
    home: Path, clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    (tmp_path / "diary.py").write_text(written_in_the_guide("python"))
    bare = {k: v for k, v in os.environ.items() if not k.startswith("DATABASE_")}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    told = subprocess.run(
        ["/bin/sh", "-ec", written_in_the_guide("sh")],
        cwd=tmp_path,
        env=bare | {"REDRESS_HOME": str(home), "PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stderr
    assert f"It prints `{told.stdout.strip()}`" in " ".join(example().split())
    with psycopg.connect(clean_database.reader) as reader:
        row = reader.execute("SELECT count(*), max(partition) FROM store.event")
        assert row.fetchone() == (2, 0)


def test_without_a_server_it_says_how_to_start_one(tmp_path: Path) -> None:
    nowhere = MODULE | {"REDRESS_HOME": str(tmp_path)}
    with pytest.raises(UserError, match="redress up"):
        InfrastructureFactory.construct(nowhere)


def test_the_address_that_is_set_goes_first(
    clean_database: DatabaseUrls, tmp_path: Path
) -> None:
    known = {"DATABASE_WRITER_URL": clean_database.writer}
    home = {"REDRESS_HOME": str(tmp_path)}
    factory = InfrastructureFactory.construct(MODULE | known | home)
    assert isinstance(factory, InstallationFactory)
    assert factory.application_recorder().max_notification_id() is None
    factory.close()

"""Two stores of others: message-db, driven through SQL, and Emmett, by Node."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

import psycopg
from msgspec import Struct, json
from psycopg.conninfo import conninfo_to_dict

from interface.bench.commands import rate
from interface.bench.ground import Ground
from interface.bench.measure import Contest, Measure, NotMeasured, Sample, Wrong, expect
from interface.bench.our_callers import our_callers
from interface.bench.pgbench import Storm
from interface.errors import UserError
from interface.postgres.cluster import programs_folder
from interface.settings import environment_with

HERE: Final = Path(__file__).parent
PACKAGES: Final = "package.json"
MESSAGE_DB: Final = Path("node_modules/@eventide/message-db/database/install.sh")
PGCRYPTO: Final = Path("extensions/pgcrypto.sql")
EMMETT: Final = Path("node_modules/@event-driven-io/emmett-postgresql/package.json")
INSTALL_SECONDS: Final = 600

SCHEMA: Final = {"search_path": "message_store,public"}
WRITE: Final = """
\\set category random(1, 64)
\\set stream random(1, 400)
SELECT write_message(
    gen_random_uuid()::varchar,
    'parcel' || :category || '-' || :stream,
    'ParcelScanned',
    jsonb_build_object('scan', gen_random_uuid(), 'code', 'in_transit', 'facility',
        'hangzhou-hub-03', 'region', '330100', 'vehicle', 'zhe-A-48213', 'at', now()));
"""


class Appended(Struct, frozen=True):
    """What the program of Emmett says of a round."""

    count: int
    seconds: float


def fetch_peers(folder: Path) -> None:
    """Have npm install the peers' packages there. Raises UserError."""
    npm = shutil.which("npm")
    if npm is None:
        raise UserError("--peers needs Node and its npm; without it leave it out")
    folder.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / PACKAGES, folder / PACKAGES)
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts"]
    ended = subprocess.run(  # noqa: S603  # our own words
        command,
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=INSTALL_SECONDS,
    )
    if ended.returncode:
        raise UserError(f"npm cannot install the peers: {ended.stderr.strip()[-300:]}")


def needed(folder: Path, *, what: Path) -> Path:
    """Return where a part of a peer lies. Raises NotMeasured."""
    if shutil.which("node") is None:
        raise NotMeasured("no Node")
    if not (folder / what).exists():
        raise NotMeasured("its packages are not there: redress bench --peers")
    return folder / what


def install_message_db(shipped: Path, url: str, folder: Path) -> None:
    """Run the script that message-db ships, on an empty database.

    It wants an extension for the one function that PostgreSQL has had itself since 13,
    and that need not be installed here.
    """
    copied = shutil.copytree(shipped.parent, folder / "message_db", dirs_exist_ok=True)
    (copied / PGCRYPTO).write_text("")
    script = copied / shipped.name
    known = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    environment = environment_with(
        PATH=f"{programs_folder()}:/usr/local/bin:/usr/bin:/bin",
        PGHOST=known["host"],
        PGPORT=known["port"],
        PGUSER=known["user"],
        PGPASSWORD=known["password"],
        DATABASE_NAME=known["dbname"],
        CREATE_DATABASE="off",
    )
    ended = subprocess.run(  # noqa: S603  # the peer's own script
        ["/bin/bash", str(script)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    if ended.returncode:
        raise NotMeasured(f"message-db: {ended.stderr.strip()[-200:]}")


@contextmanager
def message_db(ground: Ground) -> Iterator[Contest]:
    """Callers of ours against connections of message-db, which decides nothing."""
    sizes = ground.sizes
    script = needed(ground.peers, what=MESSAGE_DB)
    with ExitStack() as open_:
        url = open_.enter_context(ground.bare("message_db"))
        install_message_db(script, url, ground.folder)
        storm = Storm(url, WRITE, ground.folder, "message_db")
        counts = sorted({min(16, sizes.connections), sizes.connections})
        tried = {each: storm.round(each, 1, SCHEMA).value for each in counts}
        connections = max(tried, key=lambda each: tried[each])
        ours, check_ours = open_.enter_context(our_callers(ground, "message_db_ours"))
        ours.awaiting(sizes.callers, sizes.seconds)

        def check() -> None:
            check_ours()
            with psycopg.connect(url) as owner:
                row = owner.execute(
                    "SELECT count(*) FROM message_store.messages"
                ).fetchone()
            expect("messages in message-db", row and row[0], storm.done)

        yield Contest(
            ours=lambda: rate(ours.awaiting(sizes.callers, sizes.seconds)),
            peer=lambda: storm.round(connections, sizes.seconds, SCHEMA),
            check=check,
            notes=(f"message-db: {connections} connections of pgbench",),
        )


@contextmanager
def emmett(ground: Ground) -> Iterator[Contest]:
    """Callers of ours against callers of Emmett, who append without deciding."""
    sizes = ground.sizes
    needed(ground.peers, what=EMMETT)
    node = shutil.which("node")
    assert node is not None, "it was needed"
    program = shutil.copy(HERE / "emmett.mjs", ground.peers / "emmett.mjs")
    done = 0
    with ExitStack() as open_:
        url = open_.enter_context(ground.bare("emmett"))
        ours, check_ours = open_.enter_context(our_callers(ground, "emmett_ours"))

        def peer() -> Sample:
            nonlocal done
            known = {key: str(value) for key, value in conninfo_to_dict(url).items()}
            told = {**known, "callers": sizes.callers, "seconds": sizes.seconds}
            ended = subprocess.run(  # noqa: S603  # our own program
                [node, program],
                input=json.encode(told),
                capture_output=True,
                check=False,
            )
            if ended.returncode:
                raise Wrong(f"Emmett: {ended.stderr.decode()[-300:]}")
            appended = json.decode(ended.stdout, type=Appended)
            done += appended.count
            return Sample(appended.count / appended.seconds)

        def check() -> None:
            check_ours()
            with psycopg.connect(url) as owner:
                row = owner.execute("SELECT count(*) FROM emt_messages").fetchone()
            expect("messages of Emmett", row and row[0], done)

        peer()
        ours.awaiting(sizes.callers, sizes.seconds)
        yield Contest(
            ours=lambda: rate(ours.awaiting(sizes.callers, sizes.seconds)),
            peer=peer,
            check=check,
        )


MEASURES: Final = (
    Measure(
        word="message-db",
        title="durable commands/s against message-db over 64 categories",
        unit="commands/s",
        peer="message-db",
        open=message_db,
        floor=1,
        aim=2.5,
    ),
    Measure(
        word="emmett",
        title="durable commands/s against Emmett on PostgreSQL",
        unit="commands/s",
        peer="Emmett",
        open=emmett,
    ),
)

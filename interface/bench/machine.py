"""What a figure was taken on: the machine, its disk, and the versions of it all."""

import os
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import psutil
import psycopg

# The size of a page of the log PostgreSQL waits for, and how often it is written.
BLOCK = b"\0" * 8192
SYNCS = 500


def machine_of(folder: Path) -> Mapping[str, object]:
    """Return the cores, the memory, the kernel, and how fast the disk says "kept"."""
    return {
        "cores": os.cpu_count() or 1,
        "processor": processor(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "kernel": platform.release(),
        "system": platform.system(),
        "load_before": round(psutil.getloadavg()[0], 2),
        "fdatasync_per_s": round(syncs_per_second(folder / "fdatasync")),
    }


def processor() -> str:
    """Return what the processor calls itself."""
    try:
        told = Path("/proc/cpuinfo").read_text()
    except OSError:
        return platform.processor() or platform.machine()
    names = (line for line in told.splitlines() if line.startswith("model name"))
    return next(names, platform.machine()).partition(":")[2].strip()


def syncs_per_second(path: Path) -> float:
    """Return how often a second a page can be written and waited for."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, BLOCK * SYNCS)
        os.fsync(descriptor)
        begun = perf_counter()
        for number in range(SYNCS):
            os.pwrite(descriptor, BLOCK, number * len(BLOCK))
            os.fdatasync(descriptor)
        return SYNCS / (perf_counter() - begun)
    finally:
        os.close(descriptor)
        path.unlink()


def versions(url: str) -> Mapping[str, str]:
    """Return the versions of all that takes part."""
    with psycopg.connect(url) as owner:
        row = owner.execute("SHOW server_version").fetchone()
    libraries = (
        "redress",
        "eventsourcing",
        "psycopg",
        "msgspec",
        "litestar",
        "granian",
    )
    return {
        "python": sys.version.split()[0],
        "postgresql": row[0] if row else "unknown",
        **{name: version(name) for name in libraries},
    }

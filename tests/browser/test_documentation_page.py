"""The API's documentation, as somebody with a browser and no internet meets it."""

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from interface.postgres.database import DatabaseUrls

CHROMIUM = shutil.which("chromium")
NO_BROWSER = "no chromium on this machine (Debian: apt install chromium)"
QUIET = (
    "--no-sandbox",  # as root a browser has none; it only sees a page of ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
ATTEMPTS_MAX = 100
TRY_SECONDS = 0.3

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)


@pytest.fixture
def api(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[str]:
    """Serve the API as a process of its own; return where it is."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        "PATH": os.environ["PATH"],
        "REDRESS_HOME": str(tmp_path / "home"),
        "REDRESS_HTTP_PORT": str(port),
        "DATABASE_URL": clean_database.owner,
        "DATABASE_WRITER_URL": clean_database.writer,
        "DATABASE_PROJECTOR_URL": clean_database.projector,
        "DATABASE_READER_URL": clean_database.reader,
        "DATABASE_KEYS_URL": clean_database.keys,
    }
    serve = [sys.executable, "-m", "interface.cli.main", "serve"]
    url = f"http://127.0.0.1:{port}"
    with subprocess.Popen(serve, env=environment) as server:
        try:
            transport = httpx.HTTPTransport(retries=0)
            with httpx.Client(transport=transport, timeout=TRY_SECONDS) as client:
                wait_for(client, f"{url}/livez", server)
            yield url
        finally:
            server.terminate()


def wait_for(client: httpx.Client, url: str, server: "subprocess.Popen[bytes]") -> None:
    """Return once something answers there; fail if the server ended or never does."""
    for _ in range(ATTEMPTS_MAX):
        try:
            client.get(url)
        except httpx.TransportError:
            try:
                server.wait(TRY_SECONDS)
            except subprocess.TimeoutExpired:
                continue
            pytest.fail("the server ended")
        else:
            return
    pytest.fail(f"nothing answers at {url}")


@pytest.fixture
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium
        browser = chromium.launch(executable_path=CHROMIUM, args=[*QUIET])
        yield browser.new_page()
        browser.close()


def test_every_operation_can_be_read_and_nothing_comes_from_elsewhere(
    api: str, page: Page
) -> None:
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on(
        "console",
        lambda said: complaints.append(said.text) if said.type == "error" else None,
    )

    page.goto(f"{api}/docs")
    timeline = page.get_by_text("/v1/consumers/{consumer}/timeline", exact=True)
    expect(timeline).to_be_visible()
    timeline.click()

    expect(page.locator(".parameter__name", has_text="cursor")).to_be_visible()
    described = httpx.get(f"{api}/openapi.json").json()["paths"]
    operations = sum(len(methods) for methods in described.values())
    expect(page.locator(".opblock")).to_have_count(operations)
    assert complaints == []
    assert {url.partition("/docs")[0] for url in asked if "data:" not in url} == {api}

"""The API's documentation, as somebody with a browser and no internet meets it."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect, sync_playwright

from interface.postgres.database import DatabaseUrls
from tests.interface.served import served

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

# A page of a hundred operations takes its time where many tests run side by side.
expect.set_options(timeout=60_000)

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason=NO_BROWSER)


@pytest.fixture
def api(clean_database: DatabaseUrls, tmp_path: Path) -> Iterator[str]:
    """Serve the API as a process of its own; return where it is."""
    with served(tmp_path / "home", clean_database) as api:
        yield api.url


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

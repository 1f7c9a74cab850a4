"""Browsers of the tests: a quiet headless Chromium, and what counts as something wrong on a page."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

SIGHTS = Path(__file__).parents[1] / "test-results"
"""Where a failed browser test leaves what it saw."""

failed = pytest.StashKey[bool]()
"""Set on a test's item once its body has run."""

_QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]


def browser_path() -> str | None:
    """The system's Chromium, without the parts that draw a window where there is such a one; None: the one Playwright fetched.

    The headless shell takes a quarter less of the processor for the same pages.
    """
    return shutil.which("chromium-headless-shell") or shutil.which("chromium")


@contextmanager
def chromium(*flags: str) -> Iterator[Browser]:
    """A browser with these flags besides the quiet ones.

    While it is open this thread has a running event loop: neither a second one nor an async test can run beside it.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path(), args=[*_QUIET, *flags])
        yield browser
        browser.close()


def watch(page: Page, url: str, problems: list[str]) -> None:
    """Note script errors, console errors and requests that leave the centre at `url`."""
    page.on("pageerror", lambda error: problems.append(f"script: {error}"))
    page.on("console", lambda said: problems.append(f"console: {said.text} {said.location}") if said.type == "error" else None)
    page.on(
        "request",
        lambda asked: problems.append(f"outside: {asked.url}") if not asked.url.startswith((f"{url}/", "data:", "blob:")) else None,
    )


def keep_sights(item: pytest.Item, pages: Iterable[Page]) -> None:
    """Keep screenshots of the pages if the test failed."""
    if item.stash.get(failed, False):
        SIGHTS.mkdir(exist_ok=True)
        plain = re.sub(r"[^\w.-]+", "_", item.name)
        for number, page in enumerate(pages):
            page.screenshot(path=SIGHTS / f"{plain}-{number}.png")

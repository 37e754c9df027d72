"""The browser that the tests drive."""

import contextlib
import os
from collections.abc import Iterator

from playwright.sync_api import Browser, sync_playwright


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """The program that the variable CHROMIUM names, headless."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            chromium_sandbox=os.getuid() != 0,  # Chromium has none for root
        )
        yield browser
        browser.close()

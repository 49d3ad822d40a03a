"""A browser for the pages that the tools make."""

import shutil

import pytest


@pytest.fixture(scope="session")
def browser():
    """Headless Chromium, as Debian packages it."""
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium on the PATH (apt-get install chromium)")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        yield opened
        opened.close()

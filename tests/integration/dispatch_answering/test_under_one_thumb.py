"""On a phone, without a script: the buttons are big, in reach, and lead from the link to the door."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import Browser, Playwright
from sqlalchemy import update

from backend.adapters.db.engine import make_engine
from backend.adapters.db.migrations import migrate
from backend.adapters.db.registry import homes
from tests.harness.answering import Answering
from tests.harness.clock import wait_until
from tests.harness.ports import free_port

pytestmark = pytest.mark.browser
PHONE = {"width": 390, "height": 844}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]


@pytest.fixture
def browser(playwright: Playwright) -> Iterator[Browser]:
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.skip("no chromium on this machine: apt-get install chromium")
    found = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
    yield found
    found.close()


@pytest.fixture
def called(tmp_path: Path) -> Iterator[Answering]:
    """A violent home, in a database of its own."""
    engine = make_engine(f"sqlite:///{tmp_path}/care.sqlite")
    migrate(engine)
    there = Answering(engine, tmp_path)
    there.person("chen", "陈志愿", "+8613800000001")
    there.write(update(homes).values(hazards=["dog", "violence", "infection"], latitude=30.4, longitude=122.3))
    yield there
    engine.dispose()


@pytest.fixture
def address(called: Answering) -> Iterator[str]:
    """Where the pages are served."""
    api = FastAPI(openapi_url=None)
    for router in called.parts.public_routers():
        api.include_router(router)
    port = free_port()
    server = uvicorn.Server(uvicorn.Config(api, port=port, log_level="error"))
    thread = threading.Thread(target=server.run, name="pages")
    thread.start()
    wait_until(lambda: server.started, "the pages are served")
    yield f"http://127.0.0.1:{port}/r/"
    server.should_exit = True
    thread.join(10)


@pytest.mark.parametrize(
    ("locale", "scheme", "go", "there"),
    [("zh-CN", "light", "我去", "我到了"), ("en-GB", "dark", "I will go", "I am there")],
)
def test_from_the_link_to_the_door(
    called: Answering, address: str, browser: Browser, locale: str, scheme: str, go: str, there: str
) -> None:
    _, token, _ = called.call("chen", "陈志愿")
    context = browser.new_context(
        viewport=PHONE,
        locale=locale,
        color_scheme="dark" if scheme == "dark" else "light",
        java_script_enabled=False,
    )
    page = context.new_page()
    page.goto(address + token)
    page.locator("button").click()
    button = page.locator("button", has_text=go).first
    box = button.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= PHONE["height"], "in reach without scrolling"
    assert box["height"] >= 60
    button.click()
    for each in page.locator("button, .button, input:not([type=hidden])").all():
        size = each.bounding_box() if each.is_visible() else None
        if size is not None:
            assert size["height"] >= 56
            assert size["x"] + size["width"] <= PHONE["width"], "nothing runs out of the page"
    page.locator("button", has_text="10").click()
    page.locator("button", has_text=there).click()
    assert called.alarm.only().handling == "arrived"
    context.close()

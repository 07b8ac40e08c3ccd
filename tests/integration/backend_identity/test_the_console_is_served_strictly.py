"""The console's files are open to everybody, nothing else of the disk is, and the page may run our scripts only."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.harness.backend import Platform


@pytest.fixture(scope="module")
def built(platform: Platform) -> Path:
    console = platform.settings.console_dir
    (console / "assets").mkdir(parents=True)
    (console / "favicons").mkdir()
    (console / "index.html").write_text("<!doctype html>桌")
    (console / "assets" / "index-1a2b.js").write_text("1")
    (console / "favicons" / "0.svg").write_text("<svg/>")
    (platform.folder / "secret.txt").write_text("secret")
    (console / "link.txt").symlink_to(platform.folder / "secret.txt")
    (console / ".hidden.txt").write_text("hidden")
    return console


def test_page_and_files(platform: Platform, built: Path) -> None:
    with platform.client() as stranger:
        page = stranger.get("/")
        assert (page.status_code, page.text) == (200, "<!doctype html>桌")
        assert page.headers["cache-control"] == "no-store"
        script = stranger.get("/assets/index-1a2b.js")
        assert "immutable" in script.headers["cache-control"]
        assert script.headers["content-type"].startswith("text/javascript")
        assert stranger.get("/favicons/0.svg").headers["content-type"] == "image/svg+xml"
        assert stranger.head("/index.html").status_code == 200
        for answer in (page, script):
            policy = answer.headers["content-security-policy"]
            assert "default-src 'none'" in policy
            assert "script-src 'self';" in policy
            assert "frame-ancestors 'none'" in policy
            assert answer.headers["x-content-type-options"].startswith("nosniff")


@pytest.mark.parametrize(
    "path",
    ["/../secret.txt", "/%2e%2e/secret.txt", "/assets/..%2f..%2fsecret.txt", "/link.txt", "/.hidden.txt", "/none.js"],
)
def test_nothing_else_of_the_disk(platform: Platform, built: Path, path: str) -> None:
    with platform.client() as stranger:
        answer = stranger.get(path)
        assert answer.status_code in (401, 404)
        assert "secret" not in answer.text.replace("secret.txt", "")
        assert "hidden" not in answer.text


def test_a_console_that_is_not_built_says_so_in_both_languages(platform: Platform, built: Path) -> None:
    page = built / "index.html"
    kept = page.read_text()
    page.unlink()
    with platform.client() as stranger:
        answer = stranger.get("/")
    page.write_text(kept)
    assert answer.status_code == 503
    assert "控制台尚未构建" in answer.text
    assert "has not been built" in answer.text

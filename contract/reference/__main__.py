"""Writes `docs/reference/`: `python -m contract.reference`."""

from __future__ import annotations

from pathlib import Path

from contract.reference.pages import render

FOLDER = Path(__file__).parents[2] / "docs" / "reference"


def main() -> None:
    """Write every generated file; a test compares them with the code."""
    for name, text in render().items():
        path = FOLDER / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

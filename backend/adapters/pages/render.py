"""How a page becomes HTML: jinja2 with everything escaped, texts in one language, times on the wall clock there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from backend.adapters.pages.words import WHY, WORDS
from backend.domain.answering.model import KEY_LABELS, OUTCOMES
from contract.vocabulary import Label

_TEMPLATES: Final = Path(__file__).parent / "templates"
_MINUTES: Final = (5, 10, 15, 30)


class Pages:
    """`zone`: of the times shown. `map_url`: with {latitude} and {longitude}; empty: no map on the web."""

    def __init__(self, zone: ZoneInfo, map_url: str) -> None:
        self._zone = zone
        self._map_url = map_url
        # No cache on disk, no reloading: what is shipped is what is shown.
        self._jinja = Environment(
            loader=FileSystemLoader(_TEMPLATES), autoescape=True, undefined=StrictUndefined, auto_reload=False
        )
        self._jinja.trim_blocks = True
        self._jinja.lstrip_blocks = True

    def render(self, name: str, chinese: bool, now: datetime, values: Mapping[str, Any]) -> str:
        """The page `name`; `values` are what its template uses."""

        def text(label: Label) -> str:
            return label.zh if chinese else label.en

        def at(moment: datetime | None) -> str:
            if moment is None:
                return ""
            there, today = moment.astimezone(self._zone), now.astimezone(self._zone)
            return f"{there:%H:%M}" if there.date() == today.date() else f"{there:%m-%d %H:%M}"

        def why(code: str, by: str | None, since: datetime | None) -> str:
            return text(WHY[code]).format(by=by or "", since=at(since)) if code in WHY else ""

        return self._jinja.get_template(f"{name}.html").render(
            **values,
            chinese=chinese,
            w={key: text(label) for key, label in WORDS.items()},
            text=text,
            at=at,
            why=why,
            year=now.astimezone(self._zone).year,
            outcomes={key: text(label) for key, label in OUTCOMES.items() if key != "by_message"},
            key_labels={str(kind): text(label) for kind, label in KEY_LABELS.items()},
            minutes=_MINUTES,
            map_link=self._map_link,
        )

    def _map_link(self, latitude: float, longitude: float) -> str:
        if not self._map_url:
            return ""
        return self._map_url.replace("{latitude}", quote(f"{latitude:.6f}")).replace(
            "{longitude}", quote(f"{longitude:.6f}")
        )

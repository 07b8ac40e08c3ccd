"""Every word that `./care` says to a person, in zh-CN and English; which of them is decided by CARE_LANG, else LANG."""

from __future__ import annotations

import os
from collections.abc import Mapping

from launcher.catalogue import CATALOGUE


def language(environment: Mapping[str, str] = os.environ) -> str:
    """`zh-CN` or `en`."""
    for name in ("CARE_LANG", "LC_ALL", "LANG"):
        value = environment.get(name, "")
        if value:
            return "zh-CN" if value.lower().startswith("zh") else "en"
    return "en"


def text(key: str, /, **values: object) -> str:
    """The words for `key` in the language of this process; KeyError for a key that the catalogue lacks."""
    chinese, english = CATALOGUE[key]
    return (chinese if language() == "zh-CN" else english).format(**values)

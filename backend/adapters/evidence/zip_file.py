"""Several files as one ZIP."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime


class ZipPacker:
    """`Packer`."""

    def pack(self, files: Mapping[str, bytes], at: datetime) -> bytes:
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
            for name, content in files.items():
                entry = zipfile.ZipInfo(name, (at.year, at.month, at.day, at.hour, at.minute, at.second))
                entry.compress_type = zipfile.ZIP_DEFLATED
                packed.writestr(entry, content)
        return out.getvalue()

"""Which columns devices have in a spreadsheet, and what each of their cells may say."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from backend.services.organisation.cells import CellRefused
from backend.services.organisation.refusals import Told
from backend.services.sheets.columns import SheetColumn
from contract.topics import LOBBY_PREFIX, is_device_id
from contract.vocabulary import Label

Parser = Callable[[str], Any]
KIND_LABELS: Final = {"terminal": Label("终端", "terminal"), "sensor": Label("传感器", "sensor")}
_KINDS: Final = {word: code for code, label in KIND_LABELS.items() for word in (code, label.zh, label.en)}
COLUMNS: Final = (
    SheetColumn("device_id", Label("设备编号", "Device id"), ("编号", "id", "设备号"), required=True),
    SheetColumn("kind", Label("种类", "Kind"), ("类型", "type")),
    SheetColumn("home_id", Label("住户编号", "Home id")),
    SheetColumn("home", Label("住户", "Home"), ("住户名称", "home label")),
    SheetColumn("address", Label("地址", "Address"), ("住址",)),
    SheetColumn("landmark", Label("地标", "Landmark"), ("附近标志",)),
    SheetColumn("resident", Label("老人姓名", "Resident"), ("姓名", "老人", "name")),
    SheetColumn("birth_year", Label("出生年份", "Birth year")),
    SheetColumn("room", Label("房间", "Room"), ("安装位置",)),
    SheetColumn("model", Label("型号", "Model")),
    SheetColumn("device_class", Label("设备类别", "Device class"), ("class",)),
    SheetColumn("codec", Label("编解码", "Codec"), ("协议",)),
    SheetColumn("firmware", Label("固件", "Firmware"), ("固件版本",)),
    SheetColumn("sim_number", Label("SIM 卡号", "SIM number"), ("ICCID", "卡号")),
    SheetColumn("sim_expires_on", Label("SIM 到期", "SIM expires"), ("SIM 卡到期日",)),
    SheetColumn("sim_balance", Label("SIM 余额", "SIM balance"), ("余额",)),
    SheetColumn("battery_changed_on", Label("换电池日期", "Battery changed")),
    SheetColumn("warranty_until", Label("保修至", "Warranty until"), ("质保到期",)),
    SheetColumn("supervision_minutes", Label("监测间隔分钟", "Supervision minutes")),
    SheetColumn("batch", Label("批次", "Delivery"), ("batch_id",)),
    SheetColumn("claim_sha256", Label("认领密文摘要", "Claim SHA-256")),
)
_CODE: Final = re.compile(r"[a-z][a-z0-9_]{0,31}", re.ASCII)
_BATCH: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}", re.ASCII)
_SIM: Final = re.compile(r"[0-9A-Fa-f+]{5,32}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_WHOLE: Final = re.compile(r"[0-9]{1,9}", re.ASCII)
MOST_YUAN: Final = Decimal(100_000)


def refusal(what_zh: str, what_en: str, do_zh: str, do_en: str) -> CellRefused:
    """A cell that is not understood, in words."""
    return CellRefused(Told(Label(what_zh, what_en), Label(do_zh, do_en)))


def line(most: int) -> Parser:
    """One line of at most `most` characters; an empty cell is None."""

    def parse(cell: str) -> str | None:
        text = " ".join(cell.split())
        if len(text) > most:
            raise refusal("太长", "Too long", f"最多 {most} 个字。", f"At most {most} characters.")
        if not text.isprintable():
            raise refusal("有不能显示的字符", "Characters that cannot be shown", "请重新输入。", "Type it again.")
        return text or None

    return parse


def pattern(form: re.Pattern[str], example: str) -> Parser:
    """A code of that form; an empty cell is None."""

    def parse(cell: str) -> str | None:
        text = unicodedata.normalize("NFKC", cell).strip()
        if text and form.fullmatch(text) is None:
            raise refusal("格式不对", "Not of the right form", f"例如：{example}", f"As in: {example}")
        return text or None

    return parse


def whole(least: int, most: int) -> Parser:
    """A whole number; an empty cell is None."""

    def parse(cell: str) -> int | None:
        text = unicodedata.normalize("NFKC", cell).strip()
        if not text:
            return None
        if _WHOLE.fullmatch(text) is None or not least <= int(text) <= most:
            raise refusal(
                "不是可用的整数", "Not a number that can be", f"{least} 至 {most}。", f"From {least} to {most}."
            )
        return int(text)

    return parse


def day(cell: str) -> date | None:
    """A date; an empty cell is None."""
    text = unicodedata.normalize("NFKC", cell).strip().replace("/", "-").replace(".", "-")
    if not text:
        return None
    parts = text.split("-")
    try:
        found = date(*(int(part) for part in parts if part.isascii() and part.isdigit())) if len(parts) == 3 else None
    except (ValueError, TypeError):
        found = None
    if found is None or not 2000 <= found.year < 2200:
        raise refusal("不是日期", "Not a date", "例如：2026-11-25", "As in: 2026-11-25")
    return found


def fen(cell: str) -> int | None:
    """An amount in yuan as hundredths; an empty cell is None."""
    text = unicodedata.normalize("NFKC", cell).strip().removesuffix("元")
    if not text:
        return None
    try:
        yuan = Decimal(text) if len(text) <= 20 else Decimal("NaN")
        if yuan.is_finite() and abs(yuan) <= MOST_YUAN:
            return int((yuan * 100).to_integral_value())
    except InvalidOperation:
        pass
    raise refusal("不是金额", "Not an amount", "例如：12.50", "As in: 12.50")


def kind(cell: str) -> str | None:
    """A kind, by its code or either of its names; an empty cell is None."""
    text = unicodedata.normalize("NFKC", cell).strip().casefold()
    if text and text not in _KINDS:
        raise refusal("没有这个种类", "No such kind", "用：终端、传感器。", "One of: terminal, sensor.")
    return _KINDS.get(text)


def device_id(cell: str) -> str:
    """An id that a device may have; empty is refused: nothing else says which one a row is about."""
    text = unicodedata.normalize("NFKC", cell).strip()
    if not is_device_id(text) or text.startswith(LOBBY_PREFIX):
        raise refusal(
            "不是设备编号",
            "Not a device id",
            "字母和数字，最多 63 个，不能以 lobby- 开头。",
            "Letters and digits, at most 63, and not beginning with lobby-.",
        )
    return text


def sha256(cell: str) -> str | None:
    """A digest in hexadecimal, small letters."""
    found = pattern(_SHA256, "64 × 0-9 a-f")(cell)
    return found.lower() if found else None


PARSERS: Final[Mapping[str, Parser]] = {
    "device_id": device_id,
    "kind": kind,
    "home_id": pattern(_BATCH, "H123"),
    "home": line(128),
    "address": line(256),
    "landmark": line(256),
    "resident": line(128),
    "birth_year": whole(1890, 2100),
    "room": line(64),
    "model": line(64),
    "device_class": pattern(_CODE, "terminal_4g"),
    "codec": pattern(_CODE, "native"),
    "firmware": line(64),
    "sim_number": pattern(_SIM, "89860012345678901234"),
    "sim_expires_on": day,
    "sim_balance": fen,
    "battery_changed_on": day,
    "warranty_until": day,
    "supervision_minutes": whole(1, 44_640),
    "batch": pattern(_BATCH, "2026-11"),
    "claim_sha256": sha256,
}

"""In which words a row of a sheet of devices is refused, and what to do about it."""

from __future__ import annotations

from backend.services.organisation.cells import CellRefused
from backend.services.registry.device_sheet import refusal
from backend.services.registry.ports import ListedDevice


def twice() -> CellRefused:
    """The device stands in another row."""
    return refusal("同一设备出现两次", "The same device twice", "请删去其中一行。", "Remove one of the rows.")


def no_kind() -> CellRefused:
    """Nobody knows yet what it is."""
    return refusal("新设备缺少种类", "A new device without a kind", "填“终端”或“传感器”。", "Write terminal or sensor.")


def other_kind(kind: str) -> CellRefused:
    """It is known as something else."""
    return refusal(
        "与已登记的种类不同", "Another kind than it is known as", f"已登记为 {kind}。", f"It is known as {kind}."
    )


def no_home() -> CellRefused:
    """Nobody knows the home."""
    return refusal(
        "没有这个住户", "No such home", "请核对编号，或改填住户名称和地址。", "Check it, or give the home and address."
    )


def needs_home() -> CellRefused:
    """Somebody lives nowhere."""
    return refusal("缺少住户", "Without a home", "请同时填住户或住户编号。", "Give the home or its id as well.")


def elsewhere(device: ListedDevice) -> CellRefused:
    """It hangs somewhere else."""
    where = device.home_label or str(device.state)
    return refusal(
        f"设备已在：{where}",
        f"It is already at: {where}",
        "请先退回库存，或用换机。",
        "Shelve or swap it.",
    )

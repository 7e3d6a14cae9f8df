"""What `lspci` tells of the PCIe tree: short, and with capability and state of every link (-vv)."""

from collections.abc import Sequence

from sim_hardware.network.chassis import PcieDevice


def listed(devices: Sequence[PcieDevice], words: tuple[str, ...]) -> str | None:
    """The output of lspci with these arguments; None when they name a device that is not there."""
    if "-s" in words[:-1]:
        address = words[words.index("-s") + 1].removeprefix("0000:")
        devices = [device for device in devices if device.address == address]
        if not devices:
            return ""
    if "-vv" in words or "-vvv" in words:
        return "\n\n".join(_verbose(device) for device in devices) + "\n"
    if "-n" in words:
        return "\n".join(f"{d.address} {d.kind[:4]}: {d.vendor_id}:{d.device_id}" for d in devices)
    return "\n".join(_line(device) for device in devices)


def _line(device: PcieDevice) -> str:
    return f"{device.address} {device.kind}: {device.name}"


def _verbose(device: PcieDevice) -> str:
    slow = device.speed_now_gts < device.speed_gts
    narrow = device.width_now < device.width
    lines = [
        _line(device),
        "\tControl: I/O- Mem+ BusMaster+ SpecCycle- MemWINV- VGASnoop- ParErr+ Stepping- SERR+ FastB2B- DisINTx+",
        f"\t\tLnkCap:\tPort #0, Speed {device.speed_gts:g}GT/s, Width x{device.width}, ASPM not supported",
        f"\t\tLnkSta:\tSpeed {device.speed_now_gts:g}GT/s{' (downgraded)' * slow}, "
        f"Width x{device.width_now}{' (downgraded)' * narrow}",
    ]
    if device.serial:
        lines += [
            "\tCapabilities: [48] Vital Product Data",
            f"\t\tProduct Name: {device.name}",
            "\t\tRead-only fields:",
            f"\t\t\t[PN] Part number: {device.part}",
            f"\t\t\t[SN] Serial number: {device.serial}",
            "\t\tEnd",
        ]
    return "\n".join(lines)

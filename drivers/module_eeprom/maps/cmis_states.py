"""States that a CMIS module tells: its own (byte 3), those of its data paths (page 11h), why it failed (byte 41)."""

from typing import Final, Literal

from drivers.errors import MemoryMapError
from drivers.module_eeprom.maps.image import ModuleImage

ModuleState = Literal["ModuleLowPwr", "ModulePwrUp", "ModuleReady", "ModulePwrDn", "ModuleFault"]
DataPathState = Literal[
    "DPDeactivated", "DPInit", "DPDeinit", "DPActivated", "DPTxTurnOn", "DPTxTurnOff", "DPInitialized"
]

_MODULE_STATES: Final[dict[int, ModuleState]] = {
    1: "ModuleLowPwr",
    2: "ModulePwrUp",
    3: "ModuleReady",
    4: "ModulePwrDn",
    5: "ModuleFault",
}
_DATA_PATH_STATES: Final[dict[int, DataPathState]] = {
    1: "DPDeactivated",
    2: "DPInit",
    3: "DPDeinit",
    4: "DPActivated",
    5: "DPTxTurnOn",
    6: "DPTxTurnOff",
    7: "DPInitialized",
}
_CAUSES: Final = {1: "TEC runaway", 2: "data memory corrupted", 3: "program memory corrupted"}


def module_state(lower: bytes) -> ModuleState:
    """The module's state, byte 3 bits 3 to 1. Raises `MemoryMapError` for a reserved code."""
    code = lower[3] >> 1 & 0x07
    if (state := _MODULE_STATES.get(code)) is None:
        raise MemoryMapError(f"byte 3 is {lower[3]:02X}h: module state {code} is reserved in CMIS")
    return state


def fault_cause(code: int) -> str:
    """Why the module went to ModuleFault, byte 41; empty when it tells nothing."""
    return _CAUSES.get(code, f"code {code:02X}h") if code else ""


def data_path_states(image: ModuleImage, bank: int = 0) -> tuple[DataPathState | None, ...]:
    """The data path state of the eight host lanes of a bank, page 11h bytes 128 to 131, four bits each.

    None for a lane that tells no state (code 0), as modules of fewer lanes have it. Raises `MemoryMapError` for a
    reserved code, and when the page was not read.
    """
    memory = image.view(0x11, bank)
    found: list[DataPathState | None] = []
    for lane in range(8):
        code = memory[128 + lane // 2] >> 4 * (lane % 2) & 0x0F
        state = _DATA_PATH_STATES.get(code)
        if state is None and code:
            raise MemoryMapError(f"{image.origin}: lane {8 * bank + lane + 1}: data path state {code} is reserved")
        found.append(state)
    return tuple(found)

"""A supply that drives a unit's output from outside, behind a contactor of its own."""

from collections.abc import Sequence

from drivers.capabilities import OutputWatchdog, PowerSupply, SwitchMatrix

_SILENCE_S = 5
"""How long a supply with a watchdog goes on without hearing from its step."""


def connect_backfeed(supply: PowerSupply, relays: SwitchMatrix, contactor: Sequence[int]) -> None:
    """Close the contactor, under the supply's watchdog if it has one: a lost wire then ends what nobody else could."""
    if isinstance(supply, OutputWatchdog):
        supply.arm_watchdog(_SILENCE_S)
    relays.connect(*contactor)


def disconnect_backfeed(supply: PowerSupply, relays: SwitchMatrix, contactor: Sequence[int]) -> None:
    """Open the contactor and switch the supply off; apart from the unit it reads its own output alone."""
    relays.disconnect(*contactor)
    supply.set_output(False)
    if isinstance(supply, OutputWatchdog):
        supply.disarm_watchdog()

"""Keysight DAQ970A: a 6.5-digit meter behind cards, here DAQM904A (4x8 two-wire matrix) and DAQM901A (multiplexer).

Terminals: matrix {slot}R{row}.H|L and {slot}C{column}.H|L; multiplexer M{channel}.H|L, of which n is the source and
n+10 the sense of a four-wire measurement. Errors follow the one-year specification (100 ohm range: 0.010 % + 4 mohm
is the limit for ten of them; this one is drawn well inside), noise that of 1 power-line cycle. Thermocouples hang at
T{channel} of a multiplexer's channels, wired to places of the unit ("dut:T.INLET").
"""

import math
from collections.abc import Collection, Mapping

from sim_hardware.clock import BenchClock
from sim_hardware.instruments.power_instrument import PowerInstrument
from sim_hardware.instruments.relays import RelayBank
from sim_hardware.physics.conductors import Element
from sim_hardware.power.grid import PowerGrid
from sim_hardware.power.thermocouples import Thermocouples
from sim_hardware.scpi_grammar import ScpiError, boolean, channel_list, number, scpi

MATRIX, MULTIPLEXER = "DAQM904A", "DAQM901A"
ROWS, COLUMNS, SOURCES = 4, 8, 10
OVERLOAD = 9.9e37

_SLOTS = (1, 2, 3)
_CONTACT_OHM = 0.01
_LEAD_OHM = 0.25
_TOP_RANGE_OHM = 100e6
_OVERRANGE = 1.2
_ACTUATION_S = 0.008
_MEASUREMENT_S = 0.04
_GAIN_SIGMA = 2e-5


class KeysightDaq970A(PowerInstrument):
    """`cards` says which card sits in which slot, for example {1: "DAQM904A", 3: "DAQM901A"}.

    `broken` names multiplexer channels whose thermocouple is open.
    """

    def __init__(
        self,
        power: PowerGrid,
        clock: BenchClock,
        role: str,
        serial: str,
        *,
        cards: Mapping[int, str] | None = None,
        broken: Collection[int] = (),
    ) -> None:
        super().__init__(power, clock, role, serial)
        self.idn = f"Keysight Technologies,DAQ970A,{serial},A.02.03-01.00-02.01-00.02-02-00"
        self._cards = dict(cards or {})
        for slot, card in self._cards.items():
            if slot not in _SLOTS or card not in (MATRIX, MULTIPLEXER):
                raise ValueError(
                    f"{role}: card {card!r} in slot {slot}; slots are 1 to 3, cards {MATRIX}, {MULTIPLEXER}"
                )
        relays: dict[int, str] = {}
        for slot in sorted(slot for slot, card in self._cards.items() if card == MATRIX):
            relays.update(self._matrix_relays(slot))
        self._bank = RelayBank(self.world, relays)
        self._thermocouples = Thermocouples(power, self.rng, self.calibration_error, self.terminal, broken)
        self._scan: tuple[int, ...] = ()
        error = self.calibration_error("resistance")
        self._gain = 1.0 + error.gauss(0.0, _GAIN_SIGMA) + self.calibration.drift("resistance", _GAIN_SIGMA)
        self._offset_ohm = error.gauss(0.0, 3e-4)

    def _matrix_relays(self, slot: int) -> dict[int, str]:
        relays: dict[int, str] = {}
        for row in range(1, ROWS + 1):
            for column in range(1, COLUMNS + 1):
                channel = 100 * slot + 10 * row + column
                wear = self.calibration_error(f"contact {channel}")
                contacts = [
                    Element(
                        self.terminal(f"{slot}R{row}.{pole}"),
                        self.terminal(f"{slot}C{column}.{pole}"),
                        _CONTACT_OHM * math.exp(wear.gauss(0.0, 0.1)),
                    )
                    for pole in "HL"
                ]
                relays[channel] = self.terminal(f"relay {channel}")
                self.world.relays.add(relays[channel], contacts)
        return relays

    def reset(self) -> None:
        """Open every channel and forget the scan."""
        self._bank.open_all()
        self._thermocouples.forget()
        self._scan = ()

    @scpi("SYSTem:CTYPe?")
    def _card_type(self, slot: str) -> str:
        place = round(number(slot, 1, 300))
        place = place // 100 if place >= 100 else place
        if place not in _SLOTS:
            raise ScpiError(-222, "Data out of range")
        card = self._cards.get(place)
        return f"Keysight Technologies,{card},{self.serial[:-1]}{place},1.02" if card else "Keysight Technologies,0,0,0"

    @scpi("ROUTe:CLOSe")
    def _close(self, channels: str) -> None:
        self.busy(_ACTUATION_S * self._bank.close(channels))

    @scpi("ROUTe:OPEN")
    def _open(self, channels: str) -> None:
        self.busy(_ACTUATION_S * self._bank.open(channels))

    @scpi("ROUTe:OPEN:ALL", delay=_ACTUATION_S)
    def _open_all(self) -> None:
        self._bank.open_all()

    @scpi("ROUTe:CLOSe?")
    def _closed(self, channels: str) -> str:
        return self._bank.closed(channels)

    @scpi("MEASure[:SCALar]:FRESistance?")
    def _four_wire(self, *parameters: str) -> str:
        return self._measure(parameters, four_wire=True)

    @scpi("MEASure[:SCALar]:RESistance?")
    def _two_wire(self, *parameters: str) -> str:
        return self._measure(parameters, four_wire=False)

    @scpi("CONFigure[:SCALar]:TEMPerature")
    def _configure_temperature(self, sensor: str, kind: str, channels: str) -> None:
        if sensor.upper() not in ("TC", "TCOUPLE") or kind.upper() != "K":
            raise ScpiError(-224, "Illegal parameter value; thermocouples of type K")
        self._scan = self._multiplexed(channels)
        self._thermocouples.configure(self._scan)

    @scpi("[SENSe:]TEMPerature:TRANsducer:TCouple:CHECk")
    def _check_thermocouples(self, state: str, channels: str) -> None:
        self._thermocouples.check(self._multiplexed(channels), on=boolean(state))

    @scpi("ROUTe:SCAN")
    def _set_scan(self, channels: str) -> None:
        self._scan = self._multiplexed(channels)

    @scpi("READ?")
    def _read(self) -> str:
        if not self._scan:
            raise ScpiError(-221, "Settings conflict; the scan list is empty")
        readings = []
        for channel in self._scan:
            celsius = self._thermocouples.indication(channel) * self.gain_error("temperature", _GAIN_SIGMA)
            readings.append(f"{OVERLOAD if math.isinf(celsius) else celsius:+.8E}")
            self.busy(_ACTUATION_S + _MEASUREMENT_S)
        return ",".join(readings)

    def _multiplexed(self, channels: str) -> tuple[int, ...]:
        """A list of channels that are all on a multiplexer; refuse any other."""
        named = channel_list(channels)
        for channel in named:
            slot, place = divmod(channel, 100)
            if self._cards.get(slot) != MULTIPLEXER or not 1 <= place <= 2 * SOURCES:
                raise ScpiError(-222, f"Data out of range; channel {channel} is on no multiplexer")
        return named

    def _measure(self, parameters: tuple[str, ...], *, four_wire: bool) -> str:
        if not parameters:
            raise ScpiError(-109, "Missing parameter")
        top = _TOP_RANGE_OHM
        if len(parameters) > 1 and parameters[0].upper() not in ("AUTO", "DEF", "DEFAULT"):
            top = number(parameters[0], 100.0, _TOP_RANGE_OHM, "OHM")
        readings = []
        for channel in self._multiplexed(parameters[-1]):
            if four_wire and channel % 100 > SOURCES:
                raise ScpiError(
                    -222, f"Data out of range; channel {channel} is the sense of channel {channel - SOURCES}"
                )
            ohm = self._sensed(channel) if four_wire else self._seen(channel)
            readings.append(f"{self._indication(ohm, top):+.8E}")
            self.busy(_MEASUREMENT_S * (2 if four_wire else 1))
        return ",".join(readings)

    def _sensed(self, channel: int) -> float:
        net, sense = self.world.net, channel + SOURCES
        return self.world.network().four_wire_resistance(
            *(net(self.terminal(f"M{which}.{pole}")) for which in (channel, sense) for pole in "HL")
        )

    def _seen(self, channel: int) -> float:
        high, low = (self.world.net(self.terminal(f"M{channel}.{pole}")) for pole in "HL")
        network = self.world.network()
        if not network.connected(high, low) and network.least_insulation_ohm(high) > _TOP_RANGE_OHM * _OVERRANGE:
            return math.inf
        # Without sense leads the meter sees the multiplexer and the cables to it as well: the reason for Kelvin.
        return network.two_wire_resistance(high, low) + _LEAD_OHM

    def _indication(self, ohm: float, top: float) -> float:
        """The value with error and noise, in ohm; 9.9E37 above 120 % of the range."""
        if ohm > top * _OVERRANGE:
            return OVERLOAD
        noise = self.rng.gauss(0.0, 1e-4 + 3e-6 * abs(ohm))
        return self._gain * ohm + self._offset_ohm + noise

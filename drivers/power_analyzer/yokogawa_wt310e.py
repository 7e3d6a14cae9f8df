"""Yokogawa WT300E power analysers: WT310E and WT310EH with one element, WT332E with two (1 and 3), WT333E with three.

The elements of a WT332E or WT333E share voltage range, current range and the choice between rms and mean. Elements
set differently are therefore measured in turns: measuring another one changes the ranges first. An automatic range
is the one that the largest signal of all elements needs: 50 V beside 230 V are measured in 300 V, unless a range is
given. What must be measured at the same moment with different ranges needs one WT310E each.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar, Final, Literal

from drivers.capabilities import PowerReading
from drivers.clock import Clock
from drivers.element_setting import ElementSetting
from drivers.errors import DeviceError, InstrumentError, OutOfRange
from drivers.meter_range import MeterRange, range_for
from drivers.numeric_response import is_no_value
from drivers.rating import Rating
from drivers.reading import InstrumentIdentity, Reading
from drivers.scpi import Identity, ScpiDriver
from drivers.session import Session

_AC: Final = (1e-3, 5e-4)
_DC: Final = (1e-3, 2e-3)
_DC_40A: Final = (2e-3, 2e-3)
"""Of reading, of range: 45 to 66 Hz and DC, one year, each for voltage, current and power (maker's user's manual)."""
_HARMONIC: Final = (1.5e-3, 3.5e-3)
"""The same for one harmonic between 45 and 440 Hz."""

_VOLT: Final = (15.0, 30.0, 60.0, 150.0, 300.0, 600.0)
_AMPERE: Final = {
    "WT310E": (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
    "WT310EH": (1.0, 2.0, 5.0, 10.0, 20.0, 40.0),
    "WT332E": (0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
    "WT333E": (0.5, 1.0, 2.0, 5.0, 10.0, 20.0),
}
_ELEMENTS: Final = {"WT310E": (1,), "WT310EH": (1,), "WT332E": (1, 3), "WT333E": (1, 2, 3)}
_SENSOR_V: Final = {"EX1": (2.5, 5.0, 10.0), "EX2": (0.05, 0.1, 0.2, 0.5, 1.0, 2.0)}
_RATIO_MV_A: Final = (1e-3, 9999.0)

_PERIOD_S: Final = 0.25
_PATIENCE: Final = 12
"""Update periods that automatic ranges may take to settle."""


_Value = float | Literal["OVER", "UNDER"]


class YokogawaWt310e(ScpiDriver):
    """WT300E family through its WT300 dialect (:INP:CURR:RANG EXT,…; :NUM:NORM:VAL?), as public drivers show it.

    A current range over the element's own terminals ends at 20 A (WT310EH 40 A); beyond it goes a shunt or DCCT on the
    sensor input, which is traced equipment: its uncertainty is not in the readings.
    """

    __slots__ = ("_applied", "_items", "_options", "_settings")

    capability: ClassVar[str] = "PowerAnalyzer"
    expected: ClassVar[Identity] = Identity(r"YOKOGAWA,WT(310E|310EH|332E|333E)", (1,), (3,))
    error_question: ClassVar[str] = ":STAT:ERR?"

    def __init__(
        self, session: Session, identity: InstrumentIdentity, clock: Clock, calibration_due: date | None = None
    ) -> None:
        super().__init__(session, identity, clock, calibration_due)
        self._settings: dict[int, ElementSetting] = {}
        self._applied: tuple[int, ElementSetting] | None = None
        self._items: tuple[str, ...] = ()
        self._options: frozenset[str] | None = None

    @classmethod
    def rated_for(cls, model: str, options: Mapping[str, Any]) -> dict[str, Rating]:
        """Get what an element carries: through its own terminals, and from a sensor."""
        direct = Rating(0.0, _AMPERE[model][-1], "A")
        return {"direct current": direct, "sensor voltage": Rating(0.0, _SENSOR_V["EX1"][-1], "V")}

    def _greet(self) -> None:
        self._session.write(":COMM:HEAD OFF")

    def _prepare(self) -> None:
        self._command(":SYST:COMM:COMM WT300")
        self._command(":NUM:FORM ASC")
        self._command(":RATE 250MS")
        self._command(":INP:CFAC 3")
        self._command(":INP:FILT:FREQ ON")

    def configure_element(
        self,
        element: int,
        *,
        voltage_range_v: float | None = None,
        current_range_a: float | None = None,
        sensor_v_per_a: float | None = None,
        dc: bool = False,
    ) -> None:
        """Set ranges (None: automatic), an external sensor's transfer in V/A, and means (`dc`) instead of rms values.

        Raises `OutOfRange`, naming the limit, for an element or range that the model lacks and for a current that its
        own terminals do not carry; `DeviceError` when there is no sensor input.
        """
        self._check_element(element)
        volt = None if voltage_range_v is None else self._top(_VOLT, voltage_range_v, "voltage range", "V")
        ampere = None
        if sensor_v_per_a is not None:
            low, high = _RATIO_MV_A
            if not low <= sensor_v_per_a * 1e3 <= high:
                raise OutOfRange(f"{self.resource}: sensor {sensor_v_per_a:g} V/A is outside {low:g} to {high:g} mV/A")
            wanted = 0.0 if current_range_a is None else current_range_a * sensor_v_per_a
            top = self._top(self._sensor_ranges(), wanted, "sensor voltage", "V")
            ampere = None if current_range_a is None else top
        elif current_range_a is not None:
            ranges = self._direct_ranges()
            if current_range_a > ranges[-1]:
                raise OutOfRange(
                    f"{self.resource}: current range {current_range_a:g} A is above the {ranges[-1]:g} A that"
                    f" {self.identity.model} carries itself; use a shunt or DCCT on its sensor input"
                )
            ampere = self._top(ranges, current_range_a, "current range", "A")
        setting = ElementSetting(volt, ampere, sensor_v_per_a, dc)
        with self.exclusive():
            self._apply(element, setting)
            self._settings[element] = setting

    def measure(self, element: int) -> PowerReading:
        """Measure V, A, W and power factor of one element over one whole update period (0.25 s) from now on.

        OVER is above 140 % of a range. Raises `OutOfRange` for an element the model lacks, `InstrumentError` before
        `configure_element`, `DeviceError` when there is no value (a current below 0.5 % of its range has no factor).
        """
        with self.exclusive():
            setting = self._ready(element)
            self._show(f"U,{element}", f"I,{element}", f"P,{element}", f"LAMB,{element}")
            values = self._values()
            volt_top, ampere_top = self._tops(setting)
        volt, ampere, watt, factor = values
        accuracy = self._accuracy(setting)
        spans = (volt_top, ampere_top, volt_top * ampere_top)
        limits = [
            None if isinstance(value, str) else MeterRange(top, *accuracy).limit(value)
            for value, top in zip((volt, ampere, watt), spans, strict=True)
        ]
        parts = [
            limit / abs(value)
            for value, limit in zip((volt, ampere, watt), limits, strict=True)
            if limit is not None and not isinstance(value, str) and value
        ]
        doubt = abs(factor) * sum(part**2 for part in parts) ** 0.5 if not isinstance(factor, str) else None
        return PowerReading(
            self._reading(volt, "V", expanded_uncertainty=limits[0], range=f"{volt_top:g} V"),
            self._reading(ampere, "A", expanded_uncertainty=limits[1], range=f"{ampere_top:g} A"),
            self._reading(watt, "W", expanded_uncertainty=limits[2], range=f"{volt_top * ampere_top:g} W"),
            self._reading(factor, "1", expanded_uncertainty=doubt if len(parts) == 3 else None),
        )

    def measure_current_distortion(self, element: int) -> Reading:
        """Measure the harmonics of the current up to the 50th over the fundamental (IEC), a ratio ("1").

        Synchronised to the element's voltage. Raises as `measure`, and `DeviceError` without the harmonic option (/G5).
        """
        with self.exclusive():
            setting = self._ready(element)
            if "G5" not in self._installed():
                raise DeviceError(f"{self.resource}: {self.identity.model} lacks the harmonic option /G5")
            self._command(f":HARM:PLLS U{element}")
            self._command(":HARM:THD IEC")
            self._show(f"ITHD,{element}", f"I,{element}")
            percent, ampere = self._values()
            _, top = self._tops(setting)
        if isinstance(percent, str) or isinstance(ampere, str):
            return self._reading("OVER", "1", range=f"{top:g} A")
        of_reading, of_range = _HARMONIC
        ratio = percent / 100.0
        doubt = of_reading * ratio + of_range * top / ampere if ampere else None
        return self._reading(ratio, "1", expanded_uncertainty=doubt, range=f"{top:g} A")

    def _ready(self, element: int) -> ElementSetting:
        self._check_element(element)
        setting = self._settings.get(element)
        if setting is None:
            raise InstrumentError(f"{self.resource}: element {element} has no ranges yet; configure it first")
        self._apply(element, setting)
        return setting

    def _apply(self, element: int, setting: ElementSetting) -> None:
        shared = self._applied is not None and self._applied[1] == setting
        if self._applied == (element, setting) or (shared and setting.sensor_v_per_a is None):
            return
        self._applied = None
        self._command(f":INP:MODE {'DC' if setting.dc else 'RMS'}")
        self._set_range("VOLT", "", _VOLT[-1] if setting.volt is None else setting.volt, setting.volt is None)
        if setting.sensor_v_per_a is None:
            highest, prefix = self._direct_ranges()[-1], ""
        else:
            self._command(f":INP:CURR:SRAT:ELEM{element} {setting.sensor_v_per_a * 1e3:.6g}")
            highest, prefix = self._sensor_ranges()[-1], "EXT,"
        self._set_range("CURR", prefix, highest if setting.ampere is None else setting.ampere, setting.ampere is None)
        self._applied = (element, setting)

    def _set_range(self, quantity: str, prefix: str, top: float, automatic: bool) -> None:
        self._command(f":INP:{quantity}:AUTO OFF")
        self._command(f":INP:{quantity}:RANG {prefix}{top:g}")
        if automatic:
            self._command(f":INP:{quantity}:AUTO ON")

    def _show(self, *items: str) -> None:
        if items == self._items:
            return
        self._items = ()
        self._command(f":NUM:NORM:NUM {len(items)}")
        for place, item in enumerate(items, 1):
            self._command(f":NUM:NORM:ITEM{place} {item}")
        self._items = items

    def _values(self) -> list[_Value]:
        """The items of an update that began after this call: two periods on, the last whole one did."""
        self.clock.sleep(2.0 * _PERIOD_S)
        question = ":NUM:NORM:VAL?"
        for _ in range(_PATIENCE):
            answers = self._look(question).split(",")
            if len(answers) != len(self._items):
                raise self._garbled(question, f"expected {len(self._items)} numbers, got {','.join(answers)[:60]!r}")
            missing = [item for item, answer in zip(self._items, answers, strict=True) if is_no_value(answer)]
            if not missing:
                return [self._number(question, answer) for answer in answers]
            setting = self._applied[1] if self._applied else None
            if setting is not None and setting.volt is not None and setting.ampere is not None:
                break
            self.clock.sleep(_PERIOD_S)
        raise DeviceError(
            f"{self.resource}: no value for {' '.join(missing)}; is there a voltage, and a current above 0.5 % of its"
            " range?"
        )

    def _tops(self, setting: ElementSetting) -> tuple[float, float]:
        """Full scale in use, in volts and in amperes of the unit's conductor."""
        volt = self._range_in_use("VOLT") if setting.volt is None else setting.volt
        ampere = self._range_in_use("CURR") if setting.ampere is None else setting.ampere
        return volt, ampere if setting.sensor_v_per_a is None else ampere / setting.sensor_v_per_a

    def _range_in_use(self, quantity: str) -> float:
        question = f":INP:{quantity}:RANG?"
        answer = self._look(question)
        number = self._number(question, answer.upper().removeprefix("EXT,"))
        if isinstance(number, str) or number <= 0.0:
            raise self._garbled(question, f"{answer[:60]!r} is no range")
        return number

    def _accuracy(self, setting: ElementSetting) -> tuple[float, float]:
        if not setting.dc:
            return _AC
        return _DC_40A if self.identity.model == "WT310EH" and setting.sensor_v_per_a is None else _DC

    def _check_element(self, element: int) -> None:
        elements = _ELEMENTS[self.identity.model]
        if element not in elements:
            raise OutOfRange(
                f"{self.resource}: {self.identity.model} has no element {element}, only {', '.join(map(str, elements))}"
            )

    def _direct_ranges(self) -> tuple[float, ...]:
        return _AMPERE[self.identity.model]

    def _sensor_ranges(self) -> tuple[float, ...]:
        for option, ranges in _SENSOR_V.items():
            if option in self._installed():
                return ranges
        raise DeviceError(f"{self.resource}: {self.identity.model} lacks the sensor input (/EX1 or /EX2)")

    def _installed(self) -> frozenset[str]:
        if self._options is None:
            self._options = frozenset(option.strip() for option in self._look("*OPT?").split(","))
        return self._options

    def _top(self, tops: tuple[float, ...], wanted: float, what: str, unit: str) -> float:
        return range_for([MeterRange(top, 0.0, 0.0) for top in tops], wanted, f"{self.resource}: {what}", unit).top

    def safe_state(self) -> None:
        """Set nothing: an analyser gives no energy. A poisoned session is brought back, and nothing set is trusted."""
        self._applied = None
        self._items = ()
        if self._session.broken is not None:
            self.resync()
            self._session.write(":COMM:HEAD OFF")

    def _switch_off(self) -> None:
        """Nothing to switch off."""

"""What can be wrong with how a supply converts, limits and protects."""

from dataclasses import dataclass

from sim_hardware.duts.power.defect import SupplyDefect
from sim_hardware.duts.power.inrush import parallel
from sim_hardware.duts.power.parameters import SupplyParameters


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedBulk(SupplyDefect):
    """A bulk capacitor that kept only `ratio` of its capacitance: short hold-up, more ripple."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Take the capacitance away."""
        parameters.bulk_farad *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class Lossy(SupplyDefect):
    """A converter that loses `ratio` times what it should: a bad switch, a loose joint."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Raise the losses."""
        parameters.loss_scale *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftedReference(SupplyDefect):
    """A reference that regulates the output to `ratio` times its set point."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Move the set point."""
        parameters.set_point_v *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class LostDroop(SupplyDefect):
    """A supply whose output falls by only `ratio` of its droop: its current sense does not reach the regulator."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Flatten the line."""
        parameters.droop_ohm *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class DriftedOvp(SupplyDefect):
    """An over-voltage reference at `ratio` times its value."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Move the threshold."""
        parameters.ovp_v *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ShiftedLimit(SupplyDefect):
    """A current limit at `ratio` times its value."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Move the limit."""
        parameters.limit_a *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class AgedEsr(SupplyDefect):
    """Output capacitors with `ratio` times their series resistance: ripple, and load steps that fall deeper."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Raise the resistance."""
        parameters.esr_ohm *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowLoop(SupplyDefect):
    """A voltage loop with `ratio` of its bandwidth."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Slow the loop down."""
        parameters.loop_hz *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SlowCurrentLoop(SupplyDefect):
    """A power-factor corrector whose current loop has `ratio` of its bandwidth: distortion at every zero crossing."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Slow the current loop down."""
        parameters.current_loop_hz *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class SwollenFilter(SupplyDefect):
    """An input filter with `ratio` times its capacitance: a current ahead of the voltage, and less power factor."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Raise the capacitance."""
        parameters.x_farad *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class WeldedRelay(SupplyDefect):
    """An inrush relay whose contact conducts with `ohm` when it should be open."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Bridge the thermistor."""
        parameters.weld_ohm = self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class BurntRelay(SupplyDefect):
    """An inrush relay whose contact has `ohm` when it should be closed: loss, and a thermistor that stays hot."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Add the resistance of the contact."""
        parameters.relay_ohm += self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class WeakThermistor(SupplyDefect):
    """An inrush thermistor with `ratio` of its resistance; far below 1 it is as good as shorted."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Lower the resistance."""
        parameters.ntc_ohm *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortedOring(SupplyDefect):
    """An OR-ing FET that conducts backwards through `ohm`: the bus feeds a supply that is off."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Short the FET."""
        parameters.fet_short_ohm = self.ohm


@dataclass(frozen=True, slots=True, kw_only=True)
class ShortedOutput(SupplyDefect):
    """A solder bridge or a failed capacitor that leaves `ohm` across the output, dead or alive."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Short the output."""
        parameters.output_leak_ohm = parallel(parameters.output_leak_ohm, self.ohm)


@dataclass(frozen=True, slots=True, kw_only=True)
class LateAcLoss(SupplyDefect):
    """A warning AC_LOSS that comes `seconds` late."""

    seconds: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Delay the signal."""
        parameters.ac_loss_delay_s += self.seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class RestartTimer(SupplyDefect):
    """A restart after `ratio` times the right pause."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Change the timer."""
        parameters.restart_s *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class LowStandby(SupplyDefect):
    """A standby output at `ratio` of its voltage; far below 1 it is missing."""

    ratio: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Lower the standby voltage."""
        if parameters.design.standby_v == 0.0:
            raise ValueError("LowStandby: this design has no standby output")
        parameters.standby_ratio *= self.ratio


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareContact(SupplyDefect):
    """`ohm` in series with the share bus; at megohms it is open."""

    ohm: float

    def alter(self, parameters: SupplyParameters) -> None:
        """Add the resistance."""
        parameters.share_ohm += self.ohm

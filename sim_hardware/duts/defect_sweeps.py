"""Over which magnitudes each defect goes from harmless to certain, at places drawn by chance.

A sweep crosses the limit of the specification; `clear` is where no measurement can be in doubt, and what a simulated
line draws from. The same defect has one sweep for the bundle, seen by direct current, and one for the finished cable,
seen by waves, on the grounds or in the memories.
"""

from sim_hardware.duts.cmis_map import MapField
from sim_hardware.duts.defect import Stage
from sim_hardware.duts.defect_sweep import DefectSweep
from sim_hardware.duts.defects import (
    BadGround,
    BadLaunch,
    BadPresent,
    BadShield,
    ColdSolder,
    CrossedPair,
    CrushedPair,
    EepromChecksum,
    EepromIdentity,
    EepromLength,
    HighResistance,
    InsulationLeak,
    Open,
    PolaritySwap,
    Short,
    Skew,
    SplitPair,
    SpreadPair,
    SwappedMemories,
    WetDielectric,
    WrongLength,
)
from sim_hardware.duts.design import Specification, TwinaxDesign


def defect_sweeps(design: TwinaxDesign, specification: Specification, shown_in: Stage) -> tuple[DefectSweep, ...]:
    """Every defect that shows in the bundle (to direct current) or in the finished cable of this design."""
    single = design.pairs == 1
    if shown_in == "bundle":
        return tuple(s for s in _bundle_sweeps() if not (single and s.name in _NEEDS_ANOTHER_PAIR))
    sweeps = (*_contact_sweeps(), *_wave_sweeps(design, specification), *_plug_sweeps(design))
    return tuple(s for s in sweeps if not (single and s.name in _NEEDS_ANOTHER_PAIR))


_NEEDS_ANOTHER_PAIR = frozenset({"crossed_pair", "split_pair"})
_ONCE, _CERTAIN = (1.0,), (1.0, 1.0)


def _number(pair: int | None) -> int:
    if pair is None:
        raise ValueError("a single pair has no other one to be mixed up with")
    return pair


def _bundle_sweeps() -> tuple[DefectSweep, ...]:
    leak, short = (1e8, 3e7, 1.3e7, 8e6, 3e6, 3e5), (1000.0, 100.0, 10.0, 1.0, 0.1)
    return (
        DefectSweep("open", "1", _ONCE, _CERTAIN, make=lambda p, _: Open(pair=p.pair, conductor=p.conductor)),
        DefectSweep(
            "high_resistance",
            "ohm",
            (0.002, 0.005, 0.008, 0.012, 0.03, 0.3),
            (0.3, 30.0),
            make=lambda p, x: HighResistance(pair=p.pair, conductor=p.conductor, ohm=x),
        ),
        DefectSweep(
            "short_within",
            "ohm",
            short,
            (10.0, 0.01),
            make=lambda p, x: Short(pair=p.pair, conductor=p.conductor, ohm=x),
        ),
        DefectSweep(
            "short_outside",
            "ohm",
            short,
            (10.0, 0.01),
            make=lambda p, x: Short(pair=p.pair, conductor=p.conductor, other=p.elsewhere, ohm=x),
        ),
        DefectSweep(
            "insulation_leak_within",
            "ohm",
            leak,
            (3e6, 5e4),
            make=lambda p, x: InsulationLeak(pair=p.pair, conductor=p.conductor, ohm=x),
        ),
        DefectSweep(
            "insulation_leak_outside",
            "ohm",
            leak,
            (3e6, 5e4),
            make=lambda p, x: InsulationLeak(pair=p.pair, conductor=p.conductor, other=p.elsewhere, ohm=x),
        ),
        DefectSweep(
            "crossed_pair",
            "1",
            _ONCE,
            _CERTAIN,
            make=lambda p, _: CrossedPair(pair=p.pair, other=_number(p.other), stage="bundle"),
        ),
        DefectSweep(
            "wrong_length_short",
            "1",
            (0.97, 0.92, 0.9, 0.87, 0.8, 0.5),
            (0.8, 0.5),
            make=lambda _, x: WrongLength(ratio=x),
        ),
        DefectSweep(
            "wrong_length_long",
            "1",
            (1.05, 1.15, 1.19, 1.22, 1.3, 1.6),
            (1.3, 1.8),
            make=lambda _, x: WrongLength(ratio=x),
        ),
    )


def _contact_sweeps() -> tuple[DefectSweep, ...]:
    return (
        DefectSweep(
            "open", "1", _ONCE, _CERTAIN, make=lambda p, _: Open(pair=p.pair, conductor=p.conductor, stage="cable")
        ),
        DefectSweep(
            "high_resistance",
            "ohm",
            (2.0, 6.0, 9.0, 12.0, 20.0, 100.0, 500.0),
            (20.0, 2000.0),
            make=lambda p, x: HighResistance(pair=p.pair, conductor=p.conductor, ohm=x, stage="cable"),
        ),
        DefectSweep(
            "short",
            "ohm",
            (1e4, 3000.0, 1200.0, 700.0, 300.0, 80.0, 1.0),
            (300.0, 0.01),
            make=lambda p, x: Short(pair=p.pair, conductor=p.conductor, ohm=x, stage="cable"),
        ),
        DefectSweep(
            "cold_solder",
            "ohm",
            (2.0, 5.0, 8.0, 12.0, 16.0, 30.0, 100.0),
            (30.0, 300.0),
            make=lambda p, x: ColdSolder(pair=p.pair, conductor=p.conductor, ohm=x),
        ),
        DefectSweep(
            "crossed_pair", "1", _ONCE, _CERTAIN, make=lambda p, _: CrossedPair(pair=p.pair, other=_number(p.other))
        ),
        DefectSweep("polarity_swap", "1", _ONCE, _CERTAIN, make=lambda p, _: PolaritySwap(pair=p.pair)),
    )


def _wave_sweeps(design: TwinaxDesign, specification: Specification) -> tuple[DefectSweep, ...]:
    # The same angle between P and N takes twice the time at half the frequency.
    ps = 26.5625e9 / specification.nyquist_hz
    reflection = 10 ** (-specification.return_loss_min_db / 20)
    return (
        DefectSweep(
            "wrong_length_short",
            "1",
            (0.99, 0.975, 0.955, 0.93, 0.8, 0.5, 0.2),
            (0.9, 0.5),
            make=lambda _, x: WrongLength(ratio=x),
        ),
        DefectSweep(
            "wrong_length_long",
            "1",
            (1.01, 1.025, 1.045, 1.07, 1.2, 1.4),
            (1.1, 1.4),
            make=lambda _, x: WrongLength(ratio=x),
        ),
        DefectSweep(
            "crushed_pair",
            "ohm",
            (98.0, 94.0, 91.0, 88.0, 85.0, 82.0, 78.0),
            (80.0, 60.0),
            make=lambda p, x: CrushedPair(pair=p.pair, ohm=x, at=p.at),
        ),
        DefectSweep(
            "spread_pair",
            "ohm",
            (102.0, 106.0, 109.0, 112.0, 115.0, 118.0, 124.0),
            (124.0, 150.0),
            make=lambda p, x: SpreadPair(pair=p.pair, ohm=x, at=p.at),
        ),
        DefectSweep(
            "split_pair",
            "1",
            (0.001, 0.003, 0.0045, 0.0055, 0.007, 0.03, 0.2),
            (0.03, 0.3),
            make=lambda p, x: SplitPair(pair=p.pair, other=_number(p.neighbour), coupling=x),
        ),
        DefectSweep(
            "bad_shield",
            "1",
            (0.05, 0.15, 0.25, 0.32, 0.4, 0.6),
            (0.5, 0.9),
            make=lambda p, x: BadShield(pair=p.pair, leak=x),
        ),
        DefectSweep(
            "skew",
            "ps",
            tuple(round(x * ps, 3) for x in (1.0, 2.0, 3.0, 4.0, 5.0, 6.5)),
            (5.0 * ps, 6.5 * ps),
            make=lambda p, x: Skew(pair=p.pair, ps=x),
        ),
        DefectSweep(
            "wet_dielectric",
            "dB",
            (1.0, 2.0, 3.0, 4.0, 6.0, 9.0),
            (6.0, 10.0),
            make=lambda p, x: WetDielectric(pair=p.pair, excess_db=x),
        ),
        DefectSweep(
            "bad_launch",
            "1",
            tuple(round(x * reflection, 4) for x in (0.2, 0.5, 0.75, 0.9, 1.1, 1.4)),
            (1.25 * reflection, 1.5 * reflection),
            make=lambda p, x: BadLaunch(pair=p.pair, end=p.end, reflection=x),
        ),
    )


def _plug_sweeps(design: TwinaxDesign) -> tuple[DefectSweep, ...]:
    def identity(name: str, field: MapField) -> DefectSweep:
        return DefectSweep(
            name, "1", _ONCE, _CERTAIN, make=lambda p, _: EepromIdentity(end=p.end, field=field), reach="memories"
        )

    return (
        DefectSweep(
            "bad_ground",
            "ohm",
            (0.02, 0.06, 0.12, 0.3, 3.0),
            (0.3, 30.0),
            make=lambda _, x: BadGround(ohm=x),
            reach="ground",
        ),
        DefectSweep(
            "bad_present",
            "ohm",
            (0.3, 0.9, 1.1, 3.0, 100.0),
            (3.0, 1000.0),
            make=lambda p, x: BadPresent(end=p.end, ohm=x),
            reach="ground",
        ),
        DefectSweep(
            "bad_checksum",
            "1",
            (1.0, 16.0, 255.0),
            (1.0, 255.0),
            make=lambda p, x: EepromChecksum(end=p.end, offset=int(x)),
            reach="memories",
        ),
        identity("wrong_identifier", "identifier"),
        identity("wrong_media_type", "media_type"),
        identity("wrong_part_number", "part_number"),
        identity("wrong_serial_number", "serial_number"),
        DefectSweep(
            "wrong_length_in_memory",
            "m",
            (0.04, 0.1, 0.5, 2.0),
            (0.2, 2.0),
            make=lambda p, x: EepromLength(end=p.end, length_m=design.length_m + x),
            reach="memories",
        ),
        DefectSweep("swapped_memories", "1", _ONCE, _CERTAIN, make=lambda _p, _: SwappedMemories(), reach="memories"),
    )

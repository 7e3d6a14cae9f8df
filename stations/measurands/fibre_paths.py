"""What a fibre must do: come out where its polarity type has it, lose little, throw back next to nothing.

Loss and return loss hold for the whole trunk, both mated ends: continuous light cannot tell them apart. A fibre that
was led elsewhere is measured where it came out, so that its loss is its own.
"""

from collections.abc import Iterator
from typing import Final, Literal

from stations.fixtures.fibre_bench import FibreBench
from stations.limits import Measurand
from stations.plan import Parameters, Record

FIBRE_PARAMETERS: Final = ("fibres", "polarity_type", "optical")
"""Product parameters that these measurands read."""
_NANOMETRE: Final = 1e9


def far_positions(parameters: Parameters) -> dict[int, int]:
    """Where each position comes out by the product's polarity type (TIA-568.3: A, B, C)."""
    fibres, kind = int(parameters["fibres"]), parameters["polarity_type"]
    return {k: _far(kind, fibres, k) for k in range(1, fibres + 1)}


def _far(kind: Literal["A", "B", "C"], fibres: int, position: int) -> int:
    match kind:
        case "A":
            return position
        case "B":
            return fibres + 1 - position
        case "C":
            return position + (1 if position % 2 else -1)
    raise ValueError(f"polarity_type {kind!r} is none of A, B and C")


def polarity_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Where each fibre comes out, and the type that all of them together are."""
    for k, far in far_positions(parameters).items():
        yield Measurand(f"far_position_fibre_{k}", "", equals=str(far), clause="which far position lights")
    yield Measurand("polarity_type", "", equals=parameters["polarity_type"], clause="TIA-568.3 type of the whole map")


def record_polarity(fixture: FibreBench, record: Record) -> dict[int, int]:
    """Record where each fibre comes out; the far position to measure each at."""
    expected = far_positions(fixture.parameters)
    fixture.take_reference(fixture.parameters["optical"]["wavelengths_m"][0])
    found = {k: fixture.far_fibre(k, far) for k, far in expected.items()}
    for k, where in found.items():
        record(f"far_position_fibre_{k}", where)
    record("polarity_type", _type_of(found, int(fixture.parameters["fibres"])))
    return {k: int(where) if where != "dark" else expected[k] for k, where in found.items()}


def _type_of(found: dict[int, str], fibres: int) -> str:
    kinds: tuple[Literal["A", "B", "C"], ...] = ("A", "B", "C")
    for kind in kinds:
        if all(where == str(_far(kind, fibres, k)) for k, where in found.items()):
            return kind
    return "none"


def loss_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """Loss of each fibre at each wavelength, and what it throws back at the first."""
    optical = parameters["optical"]
    for wavelength in optical["wavelengths_m"]:
        for k in far_positions(parameters):
            yield Measurand(
                f"insertion_loss_{wavelength * _NANOMETRE:.0f}nm_fibre_{k}",
                "dB",
                high=optical["loss_max_db"],
                over_range="fail",
                clause=optical["loss_clause"],
            )
    for k in far_positions(parameters):
        yield Measurand(
            f"return_loss_fibre_{k}",
            "dB",
            low=optical["return_loss_min_db"],
            over_range="pass",
            clause=optical["return_loss_clause"],
        )


def record_losses(fixture: FibreBench, record: Record, far: dict[int, int]) -> None:
    """Record loss and return loss of every fibre, each wavelength against a reference taken just before."""
    wavelengths = fixture.parameters["optical"]["wavelengths_m"]
    for wavelength in wavelengths:
        record(f"reference_{wavelength * _NANOMETRE:.0f}nm", fixture.take_reference(wavelength))
        for k, at in far.items():
            record(f"insertion_loss_{wavelength * _NANOMETRE:.0f}nm_fibre_{k}", fixture.insertion_loss(k, at))
            if wavelength == wavelengths[0]:
                record(f"return_loss_fibre_{k}", fixture.return_loss(k))


def reference_measurands(parameters: Parameters) -> Iterator[Measurand]:
    """The power through the reference cord, kept for the record: a laser that fades shows here first."""
    for wavelength in parameters["optical"]["wavelengths_m"]:
        yield Measurand(f"reference_{wavelength * _NANOMETRE:.0f}nm", "dBm", clause="power through the reference cord")

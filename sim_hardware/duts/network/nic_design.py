"""A network adapter as designed and as specified: numbers only, so that a product file can override each.

Inferred, after public one-port 400 Gb/s adapters: PCIe 5.0 x16, one OSFP port of eight lanes.
"""

from dataclasses import dataclass, fields

from sim_hardware.duts.design import DesignError, _FloatTable


@dataclass(frozen=True, slots=True, kw_only=True)
class NicDesign(_FloatTable):
    """One model of adapter. Raises DesignError when a number is not positive; spreads may be zero."""

    port_gbps: float
    lanes: int
    snr_db: float
    snr_sigma_db: float
    pcie_gts: float
    pcie_width: int

    def __post_init__(self) -> None:
        for field in fields(self):
            value = getattr(self, field.name)
            if value < 0 or (value == 0 and "_sigma" not in field.name):
                raise DesignError(f"NicDesign: {field.name} = {value!r} must be positive")


@dataclass(frozen=True, slots=True, kw_only=True)
class NicSpecification(_FloatTable):
    """Within what the true parameters of a good adapter lie: no flap and no PCIe error in `soak_s` of traffic.

    `write_min_gbps` is what RDMA writes reach, as a data centre's gate asks of a 400 Gb/s port (380 Gb/s). Raises
    DesignError when a number is not positive.
    """

    write_min_gbps: float
    pre_fec_ber_max: float
    soak_s: float

    def __post_init__(self) -> None:
        for field in fields(self):
            if getattr(self, field.name) <= 0:
                raise DesignError(f"NicSpecification: {field.name} must be positive")


NIC_400G = NicDesign(port_gbps=400.0, lanes=8, snr_db=21.5, snr_sigma_db=0.2, pcie_gts=32.0, pcie_width=16)
NIC_400G_SPECIFICATION = NicSpecification(write_min_gbps=380.0, pre_fec_ber_max=1e-5, soak_s=60.0)
DESIGNS = {"NIC_400G": (NIC_400G, NIC_400G_SPECIFICATION)}

"""What a supply turns into heat: a + b I + c I^2, the conduction of its input side, and its fans."""

from sim_hardware.duts.power.parameters import SupplyParameters


def running_w(parameters: SupplyParameters, ampere: float, output_w: float, ac_v: float, duty: float) -> float:
    """Power lost inside while it gives this current, in W; `ac_v` is 0 while only the bulk capacitor feeds."""
    d = parameters.design
    current = abs(ampere)
    conversion = d.loss_a_w + d.loss_b_v * current + d.loss_c_ohm * current**2
    line = d.loss_in_ohm * (output_w / ac_v) ** 2 if ac_v > 0.0 else 0.0
    return parameters.loss_scale * (conversion + line) + fan_w(parameters, duty)


def idle_w(parameters: SupplyParameters, duty: float) -> float:
    """Power lost inside while the output is off, in W."""
    return parameters.loss_scale * parameters.design.idle_w + fan_w(parameters, duty)


def fan_w(parameters: SupplyParameters, duty: float) -> float:
    """Power of the fans, which goes with the cube of their speed, in W."""
    return parameters.design.fan_w * duty**3

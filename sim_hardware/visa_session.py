"""One open VISA resource of a simulated bench: its link, its attributes, and the lock on its resource."""

import math
from dataclasses import dataclass
from typing import Any

from pyvisa import constants, rname
from pyvisa.attributes import AttributesByID
from pyvisa.constants import InterfaceType, ResourceAttribute

from sim_hardware.clock import Bell
from sim_hardware.faults import FaultRules
from sim_hardware.link import ScpiLink
from sim_hardware.scpi_device import ScpiDevice


@dataclass(slots=True)
class ResourceLock:
    """Who holds a resource exclusively, how often (locks nest), and the bell for those who wait."""

    bell: Bell
    owner: int = 0
    depth: int = 0


class VisaSession:
    """A session and what `read` needs of its attributes, kept at hand because they are asked for at every read."""

    def __init__(self, name: rname.ResourceName, device: ScpiDevice, rules: FaultRules | None) -> None:
        self.device = device
        self.resource = str(name)
        self.serial = name.interface_type_const == InterfaceType.asrl
        self.message_based = name.resource_class == "INSTR" and not self.serial
        self.link = ScpiLink(device, rules, message_exchange=self.message_based)
        self._attributes: dict[ResourceAttribute, Any] = {
            ResourceAttribute.resource_name: self.resource,
            ResourceAttribute.resource_class: name.resource_class,
            ResourceAttribute.interface_type: name.interface_type_const,
            ResourceAttribute.interface_number: 0,
        }
        self._refresh()

    def attribute(self, attribute: ResourceAttribute) -> Any:
        """The value set, or the default of VPP-4.3."""
        if attribute == ResourceAttribute.asrl_avalaible_number:  # so spelt by PyVISA
            return self.link.waiting
        if attribute not in self._attributes:
            self._attributes[attribute] = AttributesByID[attribute].default
        return self._attributes[attribute]

    def set_attribute(self, attribute: ResourceAttribute, state: Any) -> None:
        """Set an attribute; it takes effect from the next operation."""
        self._attributes[attribute] = state
        self._refresh()

    def _refresh(self) -> None:
        timeout = self.attribute(ResourceAttribute.timeout_value)
        self.timeout_s = math.inf if timeout == constants.VI_TMO_INFINITE else timeout / 1000
        self.end = self.message_based and bool(self.attribute(ResourceAttribute.send_end_enabled))
        enabled = bool(self.attribute(ResourceAttribute.termchar_enabled))
        if self.serial:
            # VPP-4.3: a serial read ends at the termination character by VI_ATTR_ASRL_END_IN, whatever
            # VI_ATTR_TERMCHAR_EN says.
            enabled |= self.attribute(ResourceAttribute.asrl_end_in) == constants.SerialTermination.termination_char
        self.terminator = bytes([self.attribute(ResourceAttribute.termchar)]) if enabled else b""

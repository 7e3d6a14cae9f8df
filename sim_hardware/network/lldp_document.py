"""What `lldpcli show neighbors` prints in its four formats, after lldpd 1.0.16.

`json` writes one neighbour as an object and several as a list; `json0` always writes lists.
"""

import json
from collections.abc import Sequence
from typing import Any

from sim_hardware.network.neighbour import Neighbour

LocalNeighbour = tuple[str, Neighbour]
"""An interface of this machine, and who is announced on it."""

FORMATS = ("json0", "json", "keyvalue", "plain")
_RULE = "-" * 79
_AGE = "0 day, 00:01:11"
_TTL = "120"


def lldp_document(found: Sequence[LocalNeighbour], form: str) -> str:
    """The neighbours in one of `FORMATS`. Raises ValueError for another."""
    match form:
        case "json0":
            return json.dumps({"lldp": [{"interface": [_json0(k, *one) for k, one in enumerate(found, 1)]}]}, indent=2)
        case "json":
            interfaces = [{name: _json(k, their)} for k, (name, their) in enumerate(found, 1)]
            if not interfaces:
                return json.dumps({"lldp": {}}, indent=2)
            return json.dumps({"lldp": {"interface": interfaces[0] if len(found) == 1 else interfaces}}, indent=2)
        case "keyvalue":
            return "\n".join(line for k, one in enumerate(found, 1) for line in _keyvalue(k, *one))
        case "plain":
            head = [_RULE, "LLDP neighbors:", _RULE]
            return "\n".join([*head, *(line for k, one in enumerate(found, 1) for line in _plain(k, *one))])
    raise ValueError(f"lldpcli knows no format {form!r}; there are {', '.join(FORMATS)}")


def _json0(rid: int, name: str, their: Neighbour) -> dict[str, Any]:
    chassis = {
        "id": [{"type": "mac", "value": their.chassis_id}],
        "name": [{"value": their.chassis_name}],
        "descr": [{"value": f"{their.chassis_name} Linux"}],
        "capability": [{"type": "Bridge", "enabled": True}, {"type": "Router", "enabled": True}],
    }
    port = {
        "id": [{"type": "ifname", "value": their.port_id}],
        "descr": [{"value": their.port_description or their.port_id}],
        "ttl": [{"value": _TTL}],
    }
    return {"name": name, "via": "LLDP", "rid": str(rid), "age": _AGE, "chassis": [chassis], "port": [port]}


def _json(rid: int, their: Neighbour) -> dict[str, Any]:
    return {
        "via": "LLDP",
        "rid": str(rid),
        "age": _AGE,
        "chassis": {
            their.chassis_name: {
                "id": {"type": "mac", "value": their.chassis_id},
                "descr": f"{their.chassis_name} Linux",
                "capability": [{"type": "Bridge", "enabled": True}, {"type": "Router", "enabled": True}],
            }
        },
        "port": {
            "id": {"type": "ifname", "value": their.port_id},
            "descr": their.port_description or their.port_id,
            "ttl": _TTL,
        },
    }


def _keyvalue(rid: int, name: str, their: Neighbour) -> list[str]:
    head = f"lldp.{name}"
    return [
        f"{head}.via=LLDP",
        f"{head}.rid={rid}",
        f"{head}.age={_AGE}",
        f"{head}.chassis.mac={their.chassis_id}",
        f"{head}.chassis.name={their.chassis_name}",
        f"{head}.chassis.descr={their.chassis_name} Linux",
        f"{head}.chassis.Bridge.enabled=on",
        f"{head}.chassis.Router.enabled=on",
        f"{head}.port.ifname={their.port_id}",
        f"{head}.port.descr={their.port_description or their.port_id}",
        f"{head}.port.ttl={_TTL}",
    ]


def _plain(rid: int, name: str, their: Neighbour) -> list[str]:
    return [
        f"Interface:    {name}, via: LLDP, RID: {rid}, Time: {_AGE}",
        "  Chassis:     ",
        f"    ChassisID:    mac {their.chassis_id}",
        f"    SysName:      {their.chassis_name}",
        f"    SysDescr:     {their.chassis_name} Linux",
        "    Capability:   Bridge, on",
        "    Capability:   Router, on",
        "  Port:        ",
        f"    PortID:       ifname {their.port_id}",
        f"    PortDescr:    {their.port_description or their.port_id}",
        f"    TTL:          {_TTL}",
        _RULE,
    ]

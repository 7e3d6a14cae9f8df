"""What an instrument can do, in small protocols named for the IVI classes where there is one.

Fixtures ask for these, never for a model. Whatever touches the wire is a method with a verb; units are SI
without prefix and end the argument's name.
"""

from drivers.capabilities.bit_errors import BitErrorRateTester, CodewordErrors, LaneErrors
from drivers.capabilities.console import SerialConsole
from drivers.capabilities.environment import ClimateChamber, DigitalIo, ScanningMeter, TemperatureLogger
from drivers.capabilities.instrument import Instrument
from drivers.capabilities.labels import LabelField, LabelPrinter, PrinterStatus
from drivers.capabilities.measuring import Multimeter, Oscilloscope, PowerAnalyzer, PowerReading, Waveform
from drivers.capabilities.module import ModuleEeprom
from drivers.capabilities.network import NetworkAnalyzer, ScatteringMatrix
from drivers.capabilities.optical import OpticalAttenuator, OpticalPowerMeter, OpticalSource, ReturnLossMeter
from drivers.capabilities.power import AcSource, ElectronicLoad, LoadRating, OutputWatchdog, PowerSupply
from drivers.capabilities.safety import ComplianceTester, HarnessSafetyTester, SafetyTester, WithstandResult
from drivers.capabilities.scanner import BarcodeScanner, Scan
from drivers.capabilities.supply_telemetry import SupplyEvent, SupplyIdentity, SupplyTelemetry
from drivers.capabilities.switching import HarnessTester, SwitchMatrix

__all__ = [
    "AcSource",
    "BarcodeScanner",
    "BitErrorRateTester",
    "ClimateChamber",
    "CodewordErrors",
    "ComplianceTester",
    "DigitalIo",
    "ElectronicLoad",
    "HarnessSafetyTester",
    "HarnessTester",
    "Instrument",
    "LabelField",
    "LabelPrinter",
    "LaneErrors",
    "LoadRating",
    "ModuleEeprom",
    "Multimeter",
    "NetworkAnalyzer",
    "OpticalAttenuator",
    "OpticalPowerMeter",
    "OpticalSource",
    "Oscilloscope",
    "OutputWatchdog",
    "PowerAnalyzer",
    "PowerReading",
    "PowerSupply",
    "PrinterStatus",
    "ReturnLossMeter",
    "SafetyTester",
    "Scan",
    "ScanningMeter",
    "ScatteringMatrix",
    "SerialConsole",
    "SupplyEvent",
    "SupplyIdentity",
    "SupplyTelemetry",
    "SwitchMatrix",
    "TemperatureLogger",
    "Waveform",
    "WithstandResult",
]

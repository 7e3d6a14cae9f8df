"""What PyVISA looks for when somebody asks for `…@sim_hardware`; the wheel has this module at its top."""

from sim_hardware.pyvisa_backend import SimHardwareLibrary

WRAPPER_CLASS = SimHardwareLibrary

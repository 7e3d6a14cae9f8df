"""Package that pyserial searches for `sim://` URLs; pyserial prescribes the module name `protocol_<scheme>`."""

"""The battery that tries to break the keeping of records: `./run torture`."""

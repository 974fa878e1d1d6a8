"""Pure rules of shared buildings: no I/O, no clock, no framework."""

"""The nodes' wiring: from pins.toml to board files, tables, drawings, netlists and the bill of materials."""

"""The nodes' printable case."""

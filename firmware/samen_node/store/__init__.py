"""What the node keeps in flash: records, and small values that survive a restart."""

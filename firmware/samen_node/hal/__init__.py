"""What a board is to the node: sensors, clock, flash. Only files in here know hardware."""

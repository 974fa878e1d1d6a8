"""The outside world: database, broker, node processes."""

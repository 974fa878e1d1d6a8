"""Nothing: what imports it is here for its weight."""

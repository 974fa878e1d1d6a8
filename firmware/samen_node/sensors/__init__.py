"""What is attached to a node: each sensor joins a wire of the board to its driver."""

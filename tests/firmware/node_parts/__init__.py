"""What the node's tests are built from."""

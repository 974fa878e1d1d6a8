"""Nodes without a board, many in one process, for demonstrations and load tests. No board gets this."""

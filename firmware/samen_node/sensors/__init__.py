"""What is attached to a node: each sensor joins a wire of the board to its driver."""


def register_path(board, register):
    """The file that keeps a register's index."""
    return board.flash + "/meter-" + register.replace(":", "_")

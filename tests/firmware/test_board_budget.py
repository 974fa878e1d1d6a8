"""What fits a board's flash: the compiled size. What fits its heap: test_board_heap."""

from samen.adapters import flashing

MPY_BUDGET = 80 * 1024


def test_every_file_compiles_and_all_of_it_fits(compiled):
    sizes = {name: (compiled / name).with_suffix(".mpy").stat().st_size for _, name in flashing.sources()}

    assert len(sizes) > 15
    assert sum(sizes.values()) <= MPY_BUDGET, sizes

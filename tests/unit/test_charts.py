"""Geometry that the server draws."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from samen.web.charts import Day, Pair, falling_curve, pair_chart, year_map
from samen.web.sankey import LEAST_SLOT, Link, Node, sankey

NODES = [
    Node("main", 0, "Main", 100.0, ""),
    *(Node(f"sub{place}", 1, "Sub", value, "") for place, value in enumerate((60.0, 25.0, 0.01))),
    Node("rest", 1, "Not measured", 14.99, "", residual=True),
]
LINKS = [Link("main", node.key, node.value) for node in NODES[1:]]


def test_a_sankey_keeps_every_kwh():
    drawn = sankey(NODES, LINKS, 1000)

    main, *below = drawn["nodes"]
    assert main["height"] == pytest.approx(300.0)
    assert sum(link["thick"] for link in drawn["links"]) == pytest.approx(main["height"], abs=1.5)
    assert [node["residual"] for node in below] == [False, False, False, True]


def test_names_in_a_sankey_do_not_cover_one_another():
    _, *below = sankey(NODES, LINKS, 1000)["nodes"]

    heights = sorted(node["label_y"] for node in below)

    assert min(after - before for before, after in pairwise(heights)) >= LEAST_SLOT


def test_no_flow_of_a_sankey_runs_through_the_words_of_a_node():
    nodes = [*NODES, Node("owner", 2, "Somebody", 60.0, "60.0 kWh")]

    drawn = sankey(nodes, [*LINKS, Link("sub0", "owner", 60.0)], 1000)

    sub = next(node for node in drawn["nodes"] if node["column"] == 1)
    assert sub["leaves_at"] > sub["label_x"]
    assert drawn["links"][-1]["path"].startswith(f"M{sub['leaves_at']} ")


def test_a_sankey_is_as_tall_as_its_tallest_column():
    drawn = sankey(NODES, LINKS, 1000)

    assert all(node["y"] + node["height"] <= drawn["height"] for node in drawn["nodes"])


def test_a_year_lies_in_weeks_with_monday_on_top():
    days = [
        Day(date(2026, 1, 1) + timedelta(days=place), float(place), "", (place, place + 1))
        for place in range(365)
    ]

    drawn = year_map(days, 1090, list("mtwtfss"), lambda on: str(on.month))

    cells = drawn["cells"]
    assert {cell["y"] for cell in cells[4:365:7]} == {0}
    assert len({cell["x"] for cell in cells}) == 53
    assert [column["label"] for column in drawn["columns"]] == [str(month) for month in range(1, 13)]
    assert max(cell["x"] + drawn["cell_width"] for cell in cells) <= 1090


def test_pairs_stand_side_by_side_on_one_scale():
    drawn = pair_chart(
        [Pair((10.0, 5.0), ("a", "b"), "jan."), Pair((None, 5.0), ("c", "d"), "feb.")], 500, 200, str
    )

    first, second, third = drawn["bars"]
    assert first["height"] == pytest.approx(2 * second["height"], abs=0.2)
    assert first["x"] + first["width"] < second["x"] < third["x"]
    assert [bar["past"] for bar in drawn["bars"]] == [True, False, False]


def test_a_falling_curve_starts_at_the_scale_and_ends_at_the_right():
    drawn = falling_curve([8.0, 4.0, 2.0], [(0.0, 8.0, "peak")], 400, 300, str)

    assert drawn["path"].startswith("M44.0 ")
    assert drawn["marks"][0]["x"] == 44.0
    assert drawn["labels"][-1] == {"x": 392.0, "text": "100 %"}

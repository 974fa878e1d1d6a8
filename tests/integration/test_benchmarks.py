"""Benchmarks are run now and then: they must not have rotted in between."""

import importlib.util
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"
FILES = sorted(FOLDER.glob("bench_*.py"))


def loaded(path, monkeypatch):
    monkeypatch.syspath_prepend(str(FOLDER))
    spec = importlib.util.spec_from_file_location(path.stem, path)
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_benchmark_still_finds_what_it_measures(path, monkeypatch):
    module = loaded(path, monkeypatch)

    assert callable(module.main)


def test_every_energy_page_answers_in_the_building_of_a_hundred_meters(database_url, monkeypatch):
    bench = loaded(FOLDER / "bench_energy.py", monkeypatch)

    took = bench.measure(database_url, days=2, times=2)

    assert "/energy" in took


def test_a_node_lives_through_an_hour_of_the_day_that_is_measured(tmp_path, monkeypatch):
    bench = loaded(FOLDER / "bench_node.py", monkeypatch)
    monkeypatch.setattr(bench, "HOURS", 1)

    day = bench.a_day(tmp_path)

    assert (day["hour"], day["readings"] > 100) == (1, True)

"""The real year 2016, imported, stands on the manager's energy page."""

import csv
import gzip
import re
from pathlib import Path

from click.testing import CliRunner

from samen.cli.imports import imports

YEAR = Path(__file__).parents[4] / "shared" / "data" / "belgium-2016" / "electricity_hour.csv.gz"


def test_the_imported_year_is_shown_with_its_days_and_its_sum(house, monkeypatch):
    monkeypatch.setenv("SAMEN_DATABASE_URL", house.database.url)
    command = [
        "readings",
        str(YEAR),
        "--column",
        "e1de",
        "--meter",
        "main",
        "--unit",
        "Wh",
        "--kind",
        "delta",
    ]
    imported = CliRunner().invoke(imports, command)
    assert imported.exit_code == 0, imported.output

    with gzip.open(YEAR, "rt") as file:
        kwh = sum(float(row["e1de"]) for row in csv.DictReader(file) if row["time"] < "2017") / 1000

    page = house.browser("mounia").get("/energy?meter=main&year=2016")

    assert page.status_code == 200
    text = re.sub(r"\s", " ", page.text)
    assert f"{kwh:.1f} kWh en tout".replace(".", ",") in text
    assert "366 jours sur 366 mesurés en entier" in text

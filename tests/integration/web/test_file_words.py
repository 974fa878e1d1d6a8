"""What is wrong with a file, in the reader's language."""

import pytest

from samen.adapters.csvfile import CsvFault, samples_in
from samen.web.file_words import file_fault
from support.building import BRUSSELS


@pytest.fixture
def french(house):
    with house.app.test_request_context(headers={"Accept-Language": "fr"}):
        yield


def fault_of(content):
    with pytest.raises(CsvFault) as caught:
        samples_in(content, BRUSSELS)
    return file_fault(caught.value)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"moment;val\n", "ligne 1\u00a0: l’en-tête doit être time,value"),
        (b"time,value\nhier,1\n", "ligne 2\u00a0: 'hier' n’est pas une date et une heure ISO"),
        (
            b"time,value\n2026-11-01T10:00,x\n2026-11-01T11:00,y\n",
            "ligne 2\u00a0: 'x' n’est pas un nombre (et 1 autre)",
        ),
    ],
)
def test_a_fault_of_a_file_is_told_with_its_line(french, content, said):
    assert fault_of(content) == said


def test_a_fault_that_nobody_translated_stays_as_it_is(french):
    assert file_fault("line 3: something else") == "ligne 3\u00a0: something else"

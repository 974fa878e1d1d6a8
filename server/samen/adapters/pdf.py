"""Printed pages: a Typst template and facts in, an accessible PDF (PDF/UA-1) out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "typst"


def pdf(template: str, facts: Mapping[str, Any], now: datetime) -> bytes:
    """The page that `typst/{template}.typ` makes of the facts.

    Facts are JSON values and reach the template as data, never as markup: no text in them can act. Every
    page needs `lang`, `author` and `foot`. The same facts at the same instant give the same bytes.
    Raises typst.TypstError where the template and the facts do not fit: a bug.
    """
    return typst.compile(
        TEMPLATES / f"{template}.typ",
        root=TEMPLATES,
        ignore_system_fonts=True,
        sys_inputs={"facts": json.dumps(facts, ensure_ascii=False)},
        pdf_standards=["ua-1"],
        timestamp=int(now.timestamp()),
    )

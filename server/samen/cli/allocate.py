"""`samen allocate`: who gets which space in a season, from files."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from zipfile import is_zipfile

import click

from samen.adapters.allocation_bundle import BundleFault, check_bundle, make_bundle
from samen.adapters.allocation_file import AllocationFileFault, digest, read_instance, read_plan, write_plan
from samen.adapters.whole_file import write_whole
from samen.cli import BadInput, No
from samen.cli.allocate_words import plan_facts, plan_told, report_told
from samen.cli.stopping import told_meanwhile
from samen.domain.allocation.board import Board
from samen.domain.allocation.draft import Budget
from samen.domain.allocation.explain import explain
from samen.domain.allocation.explain_words import in_sentences
from samen.domain.allocation.instance import Instance
from samen.domain.allocation.plain import plain
from samen.domain.allocation.plan import Plan
from samen.domain.allocation.propose import METHODS, propose
from samen.domain.allocation.redaction import Names, redacted
from samen.domain.allocation.report import report
from samen.domain.allocation.shadow import first_come
from samen.domain.allocation.verifier import faults

# So many faults of a file that cannot be used are told in the one line there is.
MOST_TOLD = 3

FILE = click.Path(path_type=Path)
as_object = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.group
def allocate() -> None:
    """A season's allocation: from an instance's file to a plan's, and whether that is right."""


@allocate.command
@click.argument("instance", type=FILE)
@click.option("--out", required=True, type=FILE, help="Where the plan goes: at any instant the best so far.")
@click.option(
    "--seed", type=click.IntRange(0, 2**31 - 1), default=1, show_default=True, help="Of the lottery."
)
@click.option("--budget", type=float, default=60.0, show_default=True, help="Seconds.")
@click.option("--method", type=click.Choice(METHODS), default="auto", show_default=True)
@as_object
def solve(instance: Path, out: Path, seed: int, budget: float, method: str, as_json: bool) -> None:
    """Propose a plan. Ctrl-C ends the search and keeps the best plan that was found."""
    text = _read(instance)
    asked = _instance(instance, text)
    if not out.parent.is_dir() or out.is_dir() or (out.exists() and out.samefile(instance)):
        raise BadInput(f"--out: {out}: no place for a plan")
    # Not a number is not more than 0 either.
    if not budget > 0:
        raise BadInput(f"--budget: {budget:g} seconds are too few")
    stop = threading.Event()
    kept = _Kept(out, stop)
    spend = Budget(budget, time.monotonic, stop.is_set)
    plan = _heeding(stop, partial(propose, asked, digest(text), method, seed, spend, kept), method)
    kept(plan)
    if kept.fault:
        raise BadInput(f"--out: {out}: {kept.fault.strerror}")
    click.echo(json.dumps(plan_facts(out, plan)) if as_json else plan_told(out, asked, plan))


@allocate.command
@click.argument("instance", metavar="INSTANCE.json|BUNDLE.zip", type=FILE)
@click.argument("plan", metavar="[PLAN.json]", type=FILE, required=False)
@as_object
def verify(instance: Path, plan: Path | None, as_json: bool) -> None:
    """Say whether a plan is right, and if not, each reason; a bundle is checked from itself alone."""
    found = _faults_of_bundle(instance) if plan is None else _faults(instance, plan)
    if as_json:
        click.echo(json.dumps({"right": not found, "faults": found}))
    elif found:
        click.echo("\n".join(found))
    if found:
        raise No(f"{plan or instance}: wrong, {len(found)} fault{'s' * (len(found) > 1)}")
    if not as_json:
        click.echo(f"{plan or instance}: right")


@allocate.command("explain")
@click.argument("instance", type=FILE)
@click.argument("plan", type=FILE)
@click.option("--request", "name", required=True, metavar="ID", help="The wish to explain.")
@click.option(
    "--names",
    type=click.Choice([one.value for one in Names]),
    default=Names.ALL.value,
    show_default=True,
    help="Whose names are told beside one's own.",
)
@as_object
def explain_one(instance: Path, plan: Path, name: str, names: str, as_json: bool) -> None:
    """Say who has what a wish asked for, by which rule, what is free, and what a yes would cost others."""
    asked, proposed = _right(instance, plan)
    if name not in asked.request_of:
        raise BadInput(f"--request: {instance}: no request {name}")
    told = explain(asked, proposed, name)
    if as_json:
        click.echo(json.dumps(plain(redacted(told, Names(names)))))
    else:
        click.echo("\n".join(in_sentences(told, Names(names))))


@allocate.command("report")
@click.argument("instance", type=FILE)
@click.argument("plan", type=FILE)
@as_object
def report_on(instance: Path, plan: Path, as_json: bool) -> None:
    """Say what each tenant gets, beside what first come, first served would have given it."""
    asked, proposed = _right(instance, plan)
    board = Board(asked)
    told = report(board, proposed.awards, first_come(board).awards, proposed.bounds)
    click.echo(json.dumps(plain(told)) if as_json else report_told(told))


@allocate.command
@click.argument("instance", type=FILE)
@click.argument("plan", type=FILE)
@click.option("--out", required=True, type=FILE, help="The bundle, a ZIP file.")
@as_object
def bundle(instance: Path, plan: Path, out: Path, as_json: bool) -> None:
    """Pack all that anybody needs to check a plan; a plan that is wrong is not packed."""
    _right(instance, plan)
    packed = make_bundle(_read(instance), _read(plan))
    try:
        write_whole(out, packed)
    except OSError as error:
        raise BadInput(f"--out: {out}: {error.strerror}") from error
    told = {"bundle": str(out), "sha256": digest(packed)}
    click.echo(json.dumps(told) if as_json else f"{out}: SHA-256 {told['sha256']}")


class _Kept:
    """Keeps each plan it hears of. A solver cannot heed what happens here: it is stopped instead."""

    def __init__(self, out: Path, stop: threading.Event) -> None:
        self._out, self._stop = out, stop
        self.fault: OSError | None = None

    def __call__(self, plan: Plan) -> None:
        try:
            write_whole(self._out, write_plan(plan))
        except OSError as error:
            self.fault = error
            self._stop.set()


def _heeding(stop: threading.Event, solve: Callable[[], Plan], method: str) -> Plan:
    """Solves in another thread: signals are heard in the first one only, and not within native code."""
    with told_meanwhile(stop), ThreadPoolExecutor(1) as pool:
        try:
            return pool.submit(solve).result()
        except ImportError as error:
            raise BadInput(f"--method: {method} needs the package {error.name}: samen[allocation]") from error


def _faults(instance: Path, plan: Path) -> list[str]:
    asked, proposed = _read(instance), _read(plan)
    _instance(instance, asked)
    try:
        json.loads(proposed)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"{plan}: not JSON: {error}") from error
    return faults(asked, proposed)


def _right(instance: Path, plan: Path) -> tuple[Instance, Plan]:
    """Refuses a plan that is wrong: nothing that follows from it would be true."""
    if found := _faults(instance, plan):
        raise No(f"{plan}: wrong: {_in_a_line(found)}")
    return read_instance(_read(instance)), read_plan(_read(plan))


def _faults_of_bundle(path: Path) -> list[str]:
    if not is_zipfile(path):
        _read(path)
        raise BadInput(f"{path}: is no bundle; and for an instance the plan's file is missing")
    try:
        return check_bundle(_read(path))
    except BundleFault as fault:
        raise BadInput(f"{path}: {fault}") from fault


def _instance(path: Path, text: bytes) -> Instance:
    try:
        return read_instance(text)
    except AllocationFileFault as fault:
        raise BadInput(f"{path}: {_in_a_line(str(fault).splitlines())}") from fault


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise BadInput(f"{path}: {error.strerror}") from error


def _in_a_line(faults: list[str]) -> str:
    rest = len(faults) - MOST_TOLD
    return "; ".join(faults[:MOST_TOLD]) + (f"; and {rest} more" if rest > 0 else "")


commands = (allocate,)

"""Reading a KiCad netlist: which pins it joins."""

from __future__ import annotations

import re
from typing import Any

from wiring.circuit import BOARD, Circuit, End

Tree = list[Any]
Joined = dict[str, set[tuple[str, str]]]
_TOKEN = re.compile(r'[()]|"((?:[^"\\]|\\.)*)"|[^\s()"]+')


def joined_by(text: str) -> Joined:
    """Each net's name with its (reference, pin)s, as the file says."""
    nets: Joined = {}
    for net in _children(_children(parse(text), "nets")[0], "net"):
        name = _word(net, "name")
        nets[name] = {(_word(node, "ref"), _word(node, "pin")) for node in _children(net, "node")}
    return nets


def joined_in(circuit: Circuit) -> Joined:
    """The same of a circuit."""
    return {net: {pin for end in ends for pin in pins_at(circuit, end)} for net, ends in circuit.nets.items()}


def pins_at(circuit: Circuit, end: End) -> list[tuple[str, str]]:
    """The (reference, pin)s of an end: of the board every header pin that carries it."""
    if end.part != BOARD:
        return [(circuit.references()[end.part], end.pin)]
    places = circuit.board.places(end.pin if end.gpio is None else end.gpio)
    return [(header, number) for header, number in (place.split("-") for place in places)]


def parse(text: str) -> Tree:
    """A KiCad file as nested lists of words."""
    stack: list[Tree] = [[]]
    for match in _TOKEN.finditer(text):
        word = match.group(0)
        if word == "(":
            stack.append([])
        elif word == ")":
            done = stack.pop()
            stack[-1].append(done)
        else:
            stack[-1].append(match.group(1) if word[0] == '"' else word)
    return stack[0][0]  # type: ignore[no-any-return]


def without(tree: Tree, names: tuple[str, ...]) -> Tree:
    """The tree less every branch that bears one of the names."""
    kept = [child for child in tree if not (isinstance(child, list) and child and child[0] in names)]
    return [without(child, names) if isinstance(child, list) else child for child in kept]


def written_as(tree: Tree, depth: int = 0) -> str:
    """The file of a tree: a line a branch, its first word bare and the others quoted."""
    words = [str(tree[0]), *(f'"{word}"' for word in tree[1:] if not isinstance(word, list))]
    branches = [written_as(child, depth + 1) for child in tree if isinstance(child, list)]
    return "\n".join([" " * depth + "(" + " ".join(words), *branches]) + ")"


def _children(tree: Tree, name: str) -> list[Tree]:
    return [child for child in tree if isinstance(child, list) and child and child[0] == name]


def _word(tree: Tree, name: str) -> str:
    return str(_children(tree, name)[0][1])

#!/bin/sh
# Write requirements/*.txt from pyproject.toml: every package pinned with its hashes, for any platform and
# Python 3.11 to 3.13, and no address of any index. dev.txt is settled first; the others keep to its versions.
# The others are worlds of their own: MicroPython's library (typings), its
# 32-bit build (words), a referee (benchmarks/opendsm), and tools for
# the nodes' hardware (drawings, enclosure).
set -eu

uv=.venv/bin/uv
[ -x "$uv" ] || .venv/bin/python -m pip install --disable-pip-version-check --quiet uv==0.13.9

pin() {
    target=$1.txt
    shift
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
        --upgrade --output-file "$target" "$@" >/dev/null
}

build_requirements() {
    .venv/bin/python -c '
import tomllib
print(*tomllib.load(open("pyproject.toml", "rb"))["build-system"]["requires"], sep="\n")'
}

build_requirements | pin requirements/build -
pin requirements/dev pyproject.toml --extra dev --constraint requirements/build.txt
pin requirements/demo pyproject.toml --extra simulator --extra allocation --constraint requirements/dev.txt
pin requirements/run pyproject.toml --constraint requirements/dev.txt
pin requirements/typings requirements/typings.in
pin requirements/words requirements/words.in
pin benchmarks/opendsm benchmarks/opendsm.in
echo "setuptools>=84.2" | pin requirements/drawings-build -
pin requirements/drawings requirements/drawings.in --override requirements/drawings.overrides
pin requirements/enclosure requirements/enclosure.in

#!/bin/sh
# Print a Python that Samen runs on, 3.11 to 3.13 with its venv module: $PYTHON, or the first of the usual names.
set -eu

suits='import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))'
seen=""

for name in ${PYTHON:-python3 python3.13 python3.12 python3.11}; do
    version=$("$name" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null) || continue
    seen="$seen $name is $version,"
    "$name" -c "$suits" || continue
    if ! "$name" -c 'import ensurepip, venv' 2>/dev/null; then
        echo "samen: $name ($version) cannot make virtual environments." \
            "Install its venv module (on Debian: apt-get install python3-venv) and try again." >&2
        exit 2
    fi
    command -v "$name"
    exit 0
done

echo "samen: needs Python 3.11, 3.12 or 3.13;${seen:- none was found,} so install one of them" \
    "(on Debian: apt-get install python3 python3-venv) or name it: make demo PYTHON=/path/to/python3.12" >&2
exit 2

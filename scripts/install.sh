#!/bin/sh
# Install into $VENV (.venv) with the arguments given to pip; on failure say in one sentence what is in the way.
set -eu

venv=${VENV:-.venv}
log=$venv/install.log

if "$venv/bin/python" -m pip install --disable-pip-version-check --no-input --only-binary :all: "$@" >"$log" 2>&1; then
    exit 0
fi

tail -n 15 "$log" >&2
if grep -qiE 'name resolution|getaddrinfo|connection (error|refused|timed out)|max retries|timeout|proxy' "$log"; then
    echo "samen: no package index can be reached from here, and the packages are needed once." \
        "Connect this machine, or point pip at a mirror (PIP_INDEX_URL), and run the command again." >&2
elif grep -qi 'no space left' "$log"; then
    echo "samen: the disk is full; an installation takes about 700 MB." >&2
else
    echo "samen: the packages could not be installed; pip's last words are above, all of them in $log." >&2
fi
exit 2

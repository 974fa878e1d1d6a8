#!/bin/sh
# See to it that the programs the tests run against are here: Mosquitto, PostgreSQL and Chromium.
# Asks apt only for those that are missing. `make demo` needs none of them.
# Of Chromium the tests want the one that opens no window for each page: it takes half the processor time.
set -eu

PATH="$PATH:/usr/sbin:/usr/local/sbin"

has_postgresql() {
    command -v initdb >/dev/null || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1
}

has_another_chromium() {
    command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null
}

missing=""
command -v mosquitto >/dev/null || missing="$missing mosquitto"
has_postgresql || missing="$missing postgresql"
command -v chromium-headless-shell >/dev/null || missing="$missing chromium-headless-shell"
[ -n "$missing" ] || exit 0

cannot() {
    if [ "$missing" = " chromium-headless-shell" ] && has_another_chromium; then
        echo "samen: the tests take longer with the Chromium that is here than with$missing, and $1." >&2
        exit 0
    fi
    echo "samen: make test needs$missing, and $1." \
        "Install them (on Debian: sudo apt-get install$missing) and run it again." >&2
    exit 2
}

command -v apt-get >/dev/null || cannot "this machine has no apt to ask"
if [ "$(id -u)" = 0 ]; then
    as_root="env"
elif sudo -n true 2>/dev/null; then
    as_root="sudo -n env"
else
    cannot "only root may install them"
fi

echo "Asking apt for$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
{
    $as_root apt-get update -q &&
        # shellcheck disable=SC2086 -- one word a package
        $as_root DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $missing
} >"$log" 2>&1 || {
    tail -n 15 "$log" >&2
    cannot "apt could not install them: its last words are above"
}

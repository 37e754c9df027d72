#!/usr/bin/env bash
# Usage: scripts/test_hub.sh [LEARNERS]
#
# A whole class on one JupyterHub, on this machine's loopback: as many learners (8 unless said otherwise) as accounts of
# their own log in at once, open lessons 00 and 06 and run all cells over the hub's HTTP and WebSocket; one panics, one
# loops for ever and interrupts, one prints 20,000 lines. Prints how long each waited for the first picture and how much
# memory each took. Then a learner's server is killed in the middle of saving, again and again: the notebook stays whole.
#
# It makes accounts and removes them, and so runs as root only; and everybody must be able to read the checkout, Rust
# (RUSTUP_HOME, CARGO_HOME) and Python. Where that is not so, or npm is missing, it says so and succeeds. JupyterHub and
# configurable-http-proxy go below target/hub.

set -euo pipefail

case "${1:-}" in
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
esac

cd "$(dirname "$0")/.."
skip() { echo "SKIPPED: the hub was not tried: $1"; exit; }
[[ $(id -u) == 0 ]] || skip "it takes root, to make accounts"
command -v npm >/dev/null || skip "npm is missing, which brings configurable-http-proxy"
command -v useradd >/dev/null || skip "useradd is missing"

scripts/setup.sh
for path in "$PWD" "$(rustc --print sysroot)" "${CARGO_HOME:-$HOME/.cargo}" "$(readlink -f .venv/bin/python)"; do
    while [[ $path != / ]]; do
        [[ -n $(find "$path" -maxdepth 0 -perm -o=x) ]] || skip "$path cannot be entered by everybody"
        path=$(dirname "$path")
    done
done
scripts/environment.sh target/hub/venv scripts/hub/requirements.txt
[[ -x target/hub/node_modules/.bin/configurable-http-proxy ]] ||
    npm install --prefix target/hub --silent --no-fund --no-audit configurable-http-proxy@5.3.0
exec target/hub/venv/bin/python scripts/hub/test_hub.py "${1:-8}"

#!/usr/bin/env bash
# Usage: scripts/environment.sh FOLDER REQUIREMENTS
#
# Makes a Python environment in FOLDER from a pinned and hashed file, unless it is there; the other scripts call this.

set -euo pipefail

if [[ $# != 2 || $1 == -* ]]; then
    sed -n '2,/^$/s/^# \{0,1\}//p' "$0"
    [[ ${1:-} == -h || ${1:-} == --help ]] && exit || exit 2
fi

cd "$(dirname "$0")/.."
folder=$1 requirements=$2

# The environment holds absolute paths: a moved checkout, like a new Python or changed requirements, needs a new one.
wanted=$(printf '%s\n' "$PWD" && python3 --version && cat "$requirements")
if [[ ! -x $folder/bin/python || $(cat "$folder/made-from" 2>/dev/null || true) != "$wanted" ]]; then
    printf 'set-up: making the Python environment %s (downloads; a minute or a few)\n' "$folder"
    mkdir -p "$folder"
    find "$folder" -mindepth 1 -maxdepth 1 ! -name evcxr -exec rm -rf {} +
    python3 -m venv "$folder"
    packed=() # by pack.sh
    if [[ -d pack ]]; then
        [[ $(python3 --version) == "$(<pack/python)" ]] || { echo "set-up: this is packed for $(<pack/python), and here is $(python3 --version)" >&2; exit 1; }
        packed=(--no-index --find-links pack/wheels)
    fi
    "$folder/bin/python" -m pip install --quiet --disable-pip-version-check --require-hashes ${packed[@]+"${packed[@]}"} -r "$requirements"
    printf '%s\n' "$wanted" >"$folder/made-from"
fi

#!/usr/bin/env bash
# Usage: scripts/progress.sh [--check] [--csv FILE] [FOLDER ...]
#
# Says which exercises are solved, lesson by lesson, and which comes next: in this checkout, or in the folders of several
# people. A FOLDER holds copies of the notebooks (FOLDER, FOLDER/exercises or FOLDER/notebooks/exercises); of several
# there is a table, one line for each.
#
#   --check      executes the notebooks afresh, each in a kernel of its own, instead of reading what is stored in them.
#                That runs whatever is written there: do it to notebooks that you trust
#   --csv FILE   writes a line for each folder and task: folder, lesson, task, check, solved
#
# A task is solved when its check has said so, below the function that the notebook holds: a check that has been deleted,
# or that was run before the function's cell, counts for nothing.

set -euo pipefail

for argument in "$@"; do
    case $argument in
    -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
    esac
done

scripts=$(cd "$(dirname "$0")" && pwd)
"$scripts/setup.sh"
exec "$scripts/../.venv/bin/python" "$scripts/progress.py" "$@"

#!/usr/bin/env bash
# Usage: scripts/run_all.sh [-j N] [--timeout SECONDS] [--save] [NAME ...]
#
# Executes the course's notebooks afresh, each in a kernel of its own, and says whether they are right.
#
#   NAME               only the notebooks whose name below notebooks/ begins so (run_all.sh 01 02, or exercises, or
#                      solutions/05), or a file (path/to/mine.ipynb); default: the lessons, the last first, and the
#                      experiments. A name finds the course's own notebooks only, not what you have put beside them
#   -j, --jobs N       so many at a time; default: the number of cores that this process may use
#   --timeout SECONDS  the time limit of a cell; default 600
#   --save             store the outputs in the notebooks, with clean metadata. A notebook that fails is left alone.
#                      Stored outputs that say the same stay as they are, so a second --save changes no byte; of a
#                      cell tagged "varies" they stay while its source does and only numbers and pictures differ
#   --results FOLDER   where the executed copies, HTML, the kernels' logs and junit.xml go; default: target/notebooks
#
# A notebook fails on a compile error, a panic, a failed assertion, an error from `?`, any text on stderr, a cell over
# its time limit, a kernel that dies or does not start, an output that is not the stored one, and an unreadable file; and
# on a cell after which a panic would not be heard any more. Text is compared exactly, but for numbers with a decimal
# point, of which six digits count; pictures are only to be there. Tags of cells:
#
#   varies             run, but not compared
#   raises-exception   exists to show an error, and must show it; its text is compared
#   skip-execution     not run
#
# Ends with "N passed, N failed"; the exit status is 0 when all passed, 1 when not, 130 after Ctrl-C.

set -euo pipefail

for argument in "$@"; do
    case $argument in
    -h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
    esac
done

scripts=$(cd "$(dirname "$0")" && pwd)
"$scripts/setup.sh"
exec "$scripts/../.venv/bin/python" "$scripts/run_notebooks.py" "$@"

#!/usr/bin/env bash
# Usage: scripts/lab.sh [JUPYTERLAB OPTION ...]
#
# Opens JupyterLab on notebooks/ with the Rust kernel, after setting up what is missing; the first time with the first
# lesson. Options are JupyterLab's: --no-browser, --port=8889, --ServerApp.root_dir=FOLDER for one of your own, or
# notebooks/01-data.ipynb to open a notebook. As root, where a container knows no other user, it wants --allow-root.
#
# Where the checkout is somebody else's and cannot be written to, the lessons are copied to ~/neural-networks, and never
# over what is there; a lesson that has been corrected since is put beside (see lessons.py).
#
# Ctrl-C asks whether to end it: answer y, or press Ctrl-C once more. What you change in a lesson is saved every two
# minutes without your doing; `git restore notebooks/01-data.ipynb` brings back the lesson as it was.

set -euo pipefail

case "${1:-}" in
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
esac

if [[ $(id -u) == 0 && " $* " != *" --allow-root "* ]]; then
    echo "JupyterLab does not run as root unless told so: scripts/lab.sh --allow-root" >&2
    exit 1
fi

root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/setup.sh"
# The environment's kernel comes before one of the same name that the user has.
export JUPYTER_PATH=$root/.venv/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
lessons=$root/notebooks opened=$root/.venv/opened
if [[ ! -w $root ]]; then
    # A container may have given its user a number without a name, and no home.
    if [[ ! -w ${HOME:-/nowhere} ]]; then
        HOME=${TMPDIR:-/tmp}/home-$(id -u)
        mkdir -p -m 700 "$HOME"
        [[ -O $HOME ]] || { echo "$HOME belongs to someone else" >&2; exit 1; }
        export HOME
    fi
    lessons=$HOME/neural-networks/notebooks opened=$HOME/neural-networks/opened
fi
if [[ " $*" != *" --ServerApp.root_dir="* ]]; then
    [[ -w $root ]] || "$root/.venv/bin/python" "$root/scripts/lessons.py" "$lessons"
    set -- --ServerApp.root_dir="$lessons" "$@"
    if [[ ! -e $opened ]]; then
        touch "$opened"
        set -- --LabApp.default_url=/lab/tree/00-start-here.ipynb "$@"
    fi
fi
exec "$root/.venv/bin/python" -m jupyterlab --config="$root/scripts/lab/config.py" "$@"

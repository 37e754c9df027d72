#!/usr/bin/env bash
# Usage: scripts/lab.sh [JUPYTERLAB OPTION ...]
#
# Opens JupyterLab on notebooks/ with the Rust kernel, after setting up what is missing. Options are JupyterLab's:
# --no-browser, --port=8889, --ServerApp.root_dir=FOLDER for one of your own, or notebooks/01-data.ipynb to open a
# notebook. Ctrl-C ends it.

set -euo pipefail

case "${1:-}" in
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
"$root/scripts/setup.sh"
# The environment's kernel comes before one of the same name that the user has.
export JUPYTER_PATH=$root/.venv/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
[[ " $*" == *" --ServerApp.root_dir="* ]] || set -- --ServerApp.root_dir="$root/notebooks" "$@"
exec "$root/.venv/bin/python" -m jupyterlab --MultiKernelManager.default_kernel_name=rust "$@"

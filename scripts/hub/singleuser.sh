#!/usr/bin/env bash
# What the hub starts for a learner, under their account: lessons.py brings the lessons, then their JupyterLab starts.
set -euo pipefail
root=$(cd "$(dirname "$0")/../.." && pwd)
export JUPYTER_PATH=$root/.venv/share/jupyter${JUPYTER_PATH:+:$JUPYTER_PATH}
"$root/.venv/bin/python" "$root/scripts/lessons.py" "$HOME/neural-networks/notebooks"
exec jupyterhub-singleuser --config="$root/scripts/lab/config.py" "$@"

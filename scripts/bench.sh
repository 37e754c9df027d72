#!/usr/bin/env bash
# Usage: scripts/bench.sh [WORK...]
#
# Times nnlib's work side by side with other libraries', in turn, and a notebook's first and later cells; sets up what
# is missing. Writes tables of medians to target/bench/ and prints them. WORK is any of moons-3, moons-50, digits,
# boundary, gaussians and notebook; without it, all. It wants a machine that does nothing else, for about ten minutes.
# The other libraries (NumPy, scikit-learn, JAX, Keras, TensorFlow) need Python 3.11 or later.

set -euo pipefail

case "${1:-}" in
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
esac

cd "$(dirname "$0")/.."
scripts/setup.sh
scripts/environment.sh target/bench/venv scripts/bench/requirements.txt
cargo build --release --locked --quiet --package nnlib --example bench
exec .venv/bin/python scripts/bench/bench.py "$@"

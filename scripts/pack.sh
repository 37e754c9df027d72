#!/usr/bin/env bash
# Usage: scripts/pack.sh
#
# Packs the whole course for a class without network: target/course.tar.gz holds the repository as it is committed, the
# crates and the Python packages that it needs, and the kernel, for this platform and this version of Python. There:
#
#   tar xzf course.tar.gz && course/scripts/lab.sh
#
# It takes Rust (with rust-src) and Python of that version on the other machine, and nothing from anywhere else; without
# network a notebook cannot take further crates by `:dep`.

set -euo pipefail

case "${1:-}" in
"") ;;
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
*) echo "pack.sh takes no arguments; see --help" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
scripts/setup.sh
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
course=$work/course
mkdir -p "$course/pack/wheels" "$course/.cargo"
git archive HEAD | tar x -C "$course"

# What setup.sh looks for.
cp "$(.venv/bin/python scripts/kernel.py --registered)" "$course/pack/evcxr_jupyter"
.venv/bin/python --version >"$course/pack/python"
.venv/bin/python -m pip download --quiet --disable-pip-version-check --require-hashes --only-binary=:all: \
    --dest "$course/pack/wheels" -r scripts/requirements.txt
(cd "$course" && cargo vendor --locked --versioned-dirs pack/crates >.cargo/config.toml 2>/dev/null)

tar czf target/course.tar.gz -C "$work" course
printf 'packed: target/course.tar.gz, %s, for %s and %s\n' \
    "$(du -h target/course.tar.gz | cut -f1)" "$(rustc --print host-tuple)" "$(.venv/bin/python --version)"

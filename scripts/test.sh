#!/usr/bin/env bash
# Usage: scripts/test.sh
#
# Everything that has to hold, after setting up what is missing: formatting, lints, each feature of the crate alone, the crate's tests and
# those in its documentation, the documentation itself, the tests of the scripts, every notebook (run_all.sh): the lessons and
# experiments, the exercises as a reader finds them, and solved; the book (build_book.sh), and both in a browser, where there is one
# (test_browser.sh). Warnings count as errors. A step that fails does not stop the next; the summary at the end names
# it, and the exit status is 1.

set -euo pipefail

case "${1:-}" in
"") ;;
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
*) echo "test.sh takes no arguments; see --help" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
scripts/setup.sh
if ! cargo fmt --version >/dev/null 2>&1 || ! cargo clippy --version >/dev/null 2>&1; then
    rustup component add rustfmt clippy
fi

summary=()
failed=0
step() { # step NAME COMMAND...: run it, and remember how it went
    local name=$1 began=$SECONDS state=ok
    shift
    printf '\n== %s: %s\n' "$name" "$*"
    "$@" || { state=FAILED; failed=1; }
    summary+=("$(printf '%-6s  %s (%d s)' "$state" "$name" $((SECONDS - began)))")
}

features() { # each feature of the crate alone, and none, which leaves three dependencies
    local feature dependencies
    for feature in "" datasets plot store; do
        cargo clippy --package nnlib --lib --locked --quiet --no-default-features --features "$feature" -- -D warnings || return
    done
    dependencies=$(cargo tree --package nnlib --locked --edges normal --depth 1 --prefix none --format "{lib}" --no-default-features)
    [[ $(sed 1d <<<"$dependencies" | sort | xargs) == "ndarray rand thiserror" ]]
}

step "formatting" cargo fmt --all --check
step "lints" cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "features" features
if cargo nextest --version >/dev/null 2>&1; then
    step "crate" cargo nextest run --workspace --locked
else
    step "crate" cargo test --workspace --locked --lib --bins --tests --examples
fi
step "documentation's examples" cargo test --workspace --locked --doc
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --locked --no-deps --quiet
step "scripts" env PYTHONPATH=scripts .venv/bin/python -m unittest discover --start-directory scripts/tests
step "notebooks" scripts/run_all.sh
step "exercises, unsolved" scripts/run_all.sh --results target/exercises exercises
step "exercises, solved" scripts/run_all.sh --results target/solutions solutions
step "book" scripts/build_book.sh
step "browser" scripts/test_browser.sh

printf '\n== summary\n'
printf '%s\n' "${summary[@]}"
exit $failed

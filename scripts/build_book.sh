#!/usr/bin/env bash
# Usage: scripts/build_book.sh
#
# Makes the course a book to read where nothing runs: a static site in target/book, from the notebooks with their
# stored results, nnlib's reference in target/book/api, and the playground, which is nnlib in a page. Open target/book/index.html; it needs no server and no
# network. Then checks that every link and picture is there, that figures have alternative text, and that no page asks
# anything of another host; the exit status is 1 when not.
#
# Sphinx goes below .venv/book. Nothing is executed, so neither the kernel nor JupyterLab is needed. Rust's target
# wasm32-unknown-unknown, for which the playground's module is compiled, is added by rustup where it is missing.

set -euo pipefail

case "${1:-}" in
"") ;;
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
*) echo "build_book.sh takes no arguments; see --help" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."
scripts/environment.sh .venv/book scripts/book/requirements.txt
python=.venv/book/bin/python
wasm=wasm32-unknown-unknown sources=target/book-sources site=target/book reference=target/book-reference

# A folder of its own for the reference, since target/doc may hold those of other crates too.
CARGO_BUILD_BUILD_DIR=target RUSTDOCFLAGS="-D warnings" \
    cargo doc --package nnlib --no-deps --locked --quiet --target-dir $reference
PYTHONPATH=scripts $python scripts/book/prepare.py $sources
if [[ ! -d $(rustc --print target-libdir --target $wasm) ]]; then
    command -v rustup >/dev/null || { echo "Rust's target $wasm is missing, and there is no rustup to add it" >&2; exit 1; }
    rustup target add $wasm
fi
# Every browser has had vectors of two numbers since 2023.
RUSTFLAGS="-C target-feature=+simd128" CARGO_BUILD_BUILD_DIR=target \
    cargo build --package nnlib-playground --profile page --target $wasm --target-dir target --locked --quiet
rm -rf $site
$python -m sphinx --builder html --conf-dir scripts/book --doctree-dir target/book-doctrees --fail-on-warning \
    --keep-going --quiet $sources $site
$python scripts/book/playground.py target/$wasm/page/nnlib_playground.wasm $site/playground.html
mkdir $site/api
cp -R $reference/doc/. $site/api
echo '<!DOCTYPE html><title>nnlib</title><meta http-equiv="refresh" content="0; url=nnlib/index.html">' >$site/api/index.html
$python scripts/book/test_check.py --quiet
$python scripts/book/check.py $site $sources
echo "the book: $PWD/$site/index.html"

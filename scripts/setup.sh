#!/usr/bin/env bash
# Usage: scripts/setup.sh
#
# Prepares everything that the other scripts need; they call it themselves. It may run any number of times: what is
# there already is left alone, and a run with nothing to do takes a second or two and no network.
#
# It needs Rust 1.95 or later (rustup) with a C linker, and Python 3.10 or later with venv. It then
#   1. adds the Rust component rust-src, with which the kernel infers types;
#   2. makes the Python environment .venv from scripts/requirements.txt (JupyterLab and what runs the notebooks);
#   3. finds the Rust kernel, evcxr_jupyter 0.22.0: the one that is registered already, on PATH, or packed (pack.sh), while
#      it works; else it is installed below .venv/evcxr: in seconds where cargo-binstall is present, else from source (5 to 14 minutes);
#   4. registers the kernel "rust" inside .venv;
#   5. fetches the crate's dependencies, and below target/kernels compiles them for the notebooks' cells and copies the
#      part of rust-src that the kernel reads.
# Who cannot write to the checkout needs none of that: whoever it belongs to has run this once, for all.
# Outside the checkout nothing changes but rust-src and cargo's store of downloads. To start afresh: rm -rf .venv target

set -euo pipefail

case "${1:-}" in
"") ;;
-h | --help) sed -n '2,/^$/s/^# \{0,1\}//p' "$0"; exit ;;
*) echo "setup.sh takes no arguments; see --help" >&2; exit 2 ;;
esac

readonly evcxr_version=0.22.0 rust_minimum=95
cd "$(dirname "$0")/.."
root=$PWD

say() { printf 'set-up: %s\n' "$*"; }
fail() {
    printf 'set-up: %s\n' "$@" >&2
    exit 1
}

# Somebody else's installation, which others only use
if [[ ! -w . ]]; then
    [[ -f target/kernels/installed.json && -x .venv/bin/python ]] ||
        fail "$root is not set up, and cannot be written to. Whoever it belongs to runs scripts/setup.sh there, once for all."
    exit
fi

# Two set-ups at once would build one environment together (macOS has no flock, and goes without).
if command -v flock >/dev/null; then
    mkdir -p target
    exec 9>target/setup.lock
    flock --nonblock 9 || { say "waiting for another set-up of this checkout"; flock 9; }
fi

# 1. Rust
if ! command -v rustc >/dev/null || ! command -v cargo >/dev/null; then
    fail "Rust is missing. Install it from https://rustup.rs, open a new shell, and run this again."
fi
rust_version=$(rustc --version)
[[ $rust_version =~ ^rustc\ 1\.([0-9]+) && ${BASH_REMATCH[1]} -ge $rust_minimum ]] ||
    fail "Rust 1.$rust_minimum or later is needed, and this is $rust_version. Run: rustup update stable"
command -v cc >/dev/null ||
    fail "A C compiler is missing, with which Rust links. On Debian or Ubuntu: sudo apt install build-essential; on macOS: xcode-select --install"
rust_sources=$(rustc --print sysroot)/lib/rustlib/src/rust/library
if [[ ! -f $rust_sources/Cargo.toml ]]; then
    command -v rustup >/dev/null ||
        fail "The Rust component rust-src is missing and there is no rustup to add it. Install Rust from https://rustup.rs, or your system's package of the Rust sources."
    say "adding the Rust component rust-src"
    rustup component add rust-src
fi

# 2. Python
python=$(command -v python3) || fail "Python 3.10 or later is missing. On Debian or Ubuntu: sudo apt install python3 python3-venv"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 10))' ||
    fail "Python 3.10 or later is needed, and $python is $("$python" --version)."
"$python" -c 'import ensurepip, venv' 2>/dev/null ||
    fail "Python's venv is missing. On Debian or Ubuntu: sudo apt install python3-venv"

scripts/environment.sh .venv scripts/requirements.txt
rm -rf .venv/share/jupyter/kernels/python3 # which JupyterLab would offer before Rust
# 3. The kernel's program. It has no --version, but answers Jupyter with this text.
is_wanted_kernel() { [[ -x $1 ]] && grep -aqF "EvCxR $evcxr_version" "$1" && "$1" --help >/dev/null 2>&1; }
built=$root/.venv/evcxr/bin/evcxr_jupyter
evcxr=
for candidate in "$(.venv/bin/python scripts/kernel.py --registered)" "$(command -v evcxr_jupyter || true)" "$root/pack/evcxr_jupyter" "$built"; do
    if is_wanted_kernel "$candidate"; then
        evcxr=$candidate
        break
    fi
done
if [[ -z $evcxr ]]; then
    evcxr=$built
    if cargo binstall -V >/dev/null 2>&1; then
        say "installing the kernel evcxr_jupyter $evcxr_version with cargo binstall"
        cargo binstall --no-confirm --root .venv/evcxr "evcxr_jupyter@$evcxr_version" || true
    fi
    if ! is_wanted_kernel "$evcxr"; then
        say "building the kernel evcxr_jupyter $evcxr_version from source; this takes 5 to 14 minutes, once"
        # A build folder that stays lets an interrupted build go on where it was.
        cargo install --locked --root .venv/evcxr --target-dir .venv/evcxr/target "evcxr_jupyter@$evcxr_version"
        rm -rf .venv/evcxr/target
    fi
fi

# 4. The kernelspec, and 5. the dependencies: those of every platform, since `:dep` asks cargo about all of them
if ! cargo fetch --locked --quiet --offline 2>/dev/null; then
    say "fetching the crate's dependencies"
    cargo fetch --locked --quiet
fi
.venv/bin/python scripts/rust_sources.py
.venv/bin/python scripts/kernel.py --install "$evcxr"
say "ready ($rust_version; $(.venv/bin/python --version); kernel $evcxr)"

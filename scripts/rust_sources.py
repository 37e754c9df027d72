"""Makes target/kernels/rust-src, the part of Rust's own sources that the kernel needs; does nothing when it is there.

The kernel infers the types of variables from these sources, which it reads at its start and again at a `:dep`. With
all of Rust's library, and what that depends on for every platform, it takes half as long again to the first `let`. What
is left out hardly a notebook asks about: the processors' intrinsics and what detects them, portable SIMD, `test`,
`proc_macro`, and what std uses inside. A variable of such a type needs its type written.
"""

import fcntl
import re
import shutil
import subprocess
from pathlib import Path

from kernel import SOURCES, locked

# Each with those of them that it depends on. Of other crates only hashbrown is kept, of which std's maps and sets are
# made; it calls core and alloc by the two last names.
CRATES = {
    "core": [],
    "alloc": ["core"],
    "std": ["core", "alloc"],
    "rustc-std-workspace-core": ["core"],
    "rustc-std-workspace-alloc": ["alloc"],
}
WORKSPACE = """\
[workspace]
members = ["std"]
resolver = "2"

[patch.crates-io]
rustc-std-workspace-core = { path = "rustc-std-workspace-core" }
rustc-std-workspace-alloc = { path = "rustc-std-workspace-alloc" }
"""
# What these make is made for each of the integers, comments included.
MACROS = ["num/int_macros.rs", "num/uint_macros.rs", "num/nonzero.rs", "sync/atomic.rs"]
COMMENT = re.compile(r"^[ \t]*(//.*|#\[doc = .*\])\n", re.MULTILINE)  # not the first line of a longer attribute


def copy_crate(crate: Path, to: Path) -> None:
    shutil.copytree(crate, to, ignore=shutil.ignore_patterns("tests", "benches"))
    manifest = (crate / "Cargo.toml").read_text()
    lines = ["[package]", f'name = "{crate.name}"', *re.findall(r"^(?:version|edition) = .*", manifest, re.MULTILINE)]
    if (crate / "lib.rs").exists():
        lines += ["[lib]", 'path = "lib.rs"']
    lines += ["[dependencies]", *(f'{name} = {{ path = "../{name}" }}' for name in CRATES[crate.name])]
    lines += re.findall(r"^hashbrown = \{[^}]*\}", manifest, re.MULTILINE)
    (to / "Cargo.toml").write_text("\n".join(lines) + "\n")


def copy_sources(library: Path) -> None:
    shutil.rmtree(SOURCES, ignore_errors=True)
    for name in CRATES:
        copy_crate(library / name, SOURCES / name)
    for name in MACROS:
        file = SOURCES / "core" / "src" / name
        file.write_text(COMMENT.sub("", file.read_text()))
    (SOURCES / "Cargo.toml").write_text(WORKSPACE)
    shutil.copyfile(library / "Cargo.lock", SOURCES / "Cargo.lock")


def fetch() -> None:
    """Fetch hashbrown, which the kernel would do at its start; what is left out goes from the lock file."""
    command = ["cargo", "fetch", "--quiet", "--manifest-path", SOURCES / "Cargo.toml"]
    if subprocess.run([*command, "--offline"], stderr=subprocess.DEVNULL).returncode != 0:
        subprocess.run(command, check=True)


def main() -> None:
    version = subprocess.check_output(["rustc", "--version", "--verbose"], text=True)
    sysroot = subprocess.check_output(["rustc", "--print", "sysroot"], text=True).strip()
    made_from = version + Path(__file__).read_text()
    mark = SOURCES / "made-from"  # written last
    SOURCES.parent.mkdir(parents=True, exist_ok=True)
    with locked(SOURCES.with_name("rust-src.lock"), fcntl.LOCK_EX):
        try:
            if not (mark.exists() and mark.read_text() == made_from):
                mark.unlink(missing_ok=True)
                copy_sources(Path(sysroot) / "lib" / "rustlib" / "src" / "rust" / "library")
            fetch()
            mark.write_text(made_from)
        except (OSError, subprocess.CalledProcessError) as error:
            mark.unlink(missing_ok=True)
            print(f"set-up: kernels will start slower, with all of Rust's own sources: {error}", flush=True)


if __name__ == "__main__":
    main()

"""The Rust kernel: `--install` registers it with Jupyter and warms its build folders, `--registered` says which program
is registered, otherwise it starts.

evcxr builds every cell with cargo in one folder, and one folder serves one kernel at a time. So there is a pool of
folders below target/kernels, kept and used again, in which a later kernel finds every dependency compiled. Each has
a lock file, and the open descriptor that holds the lock outlives the exec that starts the kernel: the folder is free
again when the kernel and its children have ended, however they ended. `seed` is a folder that no kernel uses: set-up
compiles nnlib and the exercises' checks there, and a folder that lacks that build gets a copy of it.

Where the checkout is somebody else's, and cannot be written to, the pool is below $XDG_CACHE_HOME or TMPDIR. Its folders
get the same seed, and the kernel the compiler and the crates of whoever installed the course.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SHARED = ROOT / "target" / "kernels"  # set-up writes here
SEED = SHARED / "seed"
SOURCES = SHARED / "rust-src"  # made by rust_sources.py
INSTALLED = SHARED / "installed.json"  # where the compiler and the crates are that set-up has used
PRELUDE = ROOT / "scripts" / "prelude.rs"
TOOLS = ROOT / "scripts" / "tools"
SPEC = ROOT / ".venv" / "share" / "jupyter" / "kernels" / "rust"


def own_folder(base: str, of: Path) -> Path:
    """The name of a folder of this user's below another, that belongs to this path."""
    return Path(base) / f"rust-kernels-{os.getuid()}-{hashlib.sha256(str(of).encode()).hexdigest()[:16]}"


IS_OURS = os.access(ROOT, os.W_OK)
POOL = SHARED if IS_OURS else own_folder(os.environ.get("XDG_CACHE_HOME") or tempfile.gettempdir(), ROOT)

# evcxr builds with the profile dev, checks on, opt-level 2. This wins over its manifest in every build folder, so that
# training in a cell runs as fast as in a release build. A cell is compiled in many units, each optimised by itself:
# those that are as they were in the cell before (what keeps the variables) are used again, the others go to all cores.
# What a notebook depends on is one unit for each crate: in many, training would take twice as long.
CARGO_CONFIG = """\
[profile.dev]
opt-level = 3
codegen-units = 256
lto = "off"
debug-assertions = false
overflow-checks = false

[profile.dev.package."*"]
codegen-units = 1

# A `:dep` that asks the network is to say within seconds that there is none.
[net]
retry = 1

[http]
timeout = 10
"""

# The manifest that evcxr writes for an exercise's first cell, as far as it decides what can be used again.
SEED_MANIFEST = """\
[package]
name = "seed"
version = "1.0.0"
edition = "2024"

[lib]
crate-type = ["cdylib"]
path = "src/lib.rs"

[profile.dev]
debug = false
strip = "debuginfo"
rpath = true

[dependencies]
nnlib = { path = "../../../nnlib" }
nnlib-checks = { path = "../../../nnlib/checks" }
"""


@contextlib.contextmanager
def locked(path: Path, kind: int) -> Iterator[None]:
    # Somebody else's lock file can be read only, and that is enough to lock it.
    with open(path, "r" if kind == fcntl.LOCK_SH and path.exists() else "w") as file:
        fcntl.flock(file, kind)
        yield


def write_cargo_config() -> None:
    """Write what cargo reads in every build folder; does nothing when it is there."""
    config = POOL / ".cargo" / "config.toml"
    if not config.exists() or config.read_text() != CARGO_CONFIG:
        config.parent.mkdir(parents=True, exist_ok=True)
        new = config.with_name(f"new-{os.getpid()}")  # renamed into place, as another kernel may be compiling
        new.write_text(CARGO_CONFIG)
        new.replace(config)


def build_seed() -> None:
    """Compile nnlib and the checks as a cell would; does nothing when the build is fresh."""
    (SEED / "src").mkdir(parents=True, exist_ok=True)
    write_cargo_config()
    with locked(SHARED / "seed.lock", fcntl.LOCK_EX):
        (SEED / "Cargo.toml").write_text(SEED_MANIFEST)
        if not (SEED / "src" / "lib.rs").exists():
            (SEED / "src" / "lib.rs").touch()
        shutil.copyfile(ROOT / "Cargo.lock", SEED / "Cargo.lock")  # the versions that the crate is tested with
        host = subprocess.check_output(["rustc", "--print", "host-tuple"], text=True).strip()
        command = ["cargo", "build", "--offline", "--target", host]
        flags = "-Cprefer-dynamic"
        if platform.system() != "Darwin" and shutil.which("lld") and not shutil.which("mold"):
            flags += " -Clink-arg=-fuse-ld=lld"  # as evcxr chooses its linker
        environment = os.environ | {"RUSTFLAGS": flags, "CARGO_TARGET_DIR": "target", "CARGO_TERM_COLOR": "never"}
        said = []
        with subprocess.Popen(command, cwd=SEED, env=environment, stderr=subprocess.PIPE, text=True) as cargo:
            assert cargo.stderr
            for line in cargo.stderr:
                said.append(line)
                if line.lstrip().startswith("Compiling"):
                    if len(said) == 1:
                        print("set-up: compiling nnlib and its dependencies for the notebooks' cells", flush=True)
                    print(line, end="", flush=True)
        if cargo.returncode != 0:  # no reason not to open JupyterLab
            print("".join(said) + "set-up: nnlib does not compile, and a notebook's `:dep nnlib` will fail", flush=True)


def seed_version() -> str:
    """Changes whenever something in the seed was compiled anew; empty when there is no seed."""
    return str(max((file.stat().st_mtime_ns for file in SEED.glob("target/*/debug/deps/*.rlib")), default=""))


def make_pool() -> None:
    """Make the pool; below a temporary folder somebody else might have been there first."""
    POOL.mkdir(mode=0o755 if IS_OURS else 0o700, parents=True, exist_ok=True)
    if not IS_OURS and POOL.stat().st_uid != os.getuid():
        sys.exit(f"{POOL} belongs to someone else")


def take_folder() -> Path:
    """Lock and return the first free folder of the pool; the lock is held until this process has ended."""
    number = 0
    while True:
        lock = os.open(POOL / f"{number}.lock", os.O_RDWR | os.O_CREAT, 0o644)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(lock)
            number += 1
            continue
        os.set_inheritable(lock, True)
        folder = POOL / str(number)
        folder.mkdir(exist_ok=True)
        return folder


def copy_seed(folder: Path) -> None:
    """Give the folder the seed's build, unless it has had it before."""
    if not SEED.exists():
        return
    with locked(SHARED / "seed.lock", fcntl.LOCK_SH):
        version, copied = seed_version(), folder / "seed-version"
        if version and not (copied.exists() and copied.read_text() == version):
            shutil.rmtree(folder / "target", ignore_errors=True)  # what was built on the seed before is of no use
            # With the times of files, by which cargo knows what is fresh; what the compiler keeps to itself stays.
            shutil.copytree(SEED / "target", folder / "target", symlinks=True, ignore=shutil.ignore_patterns("incremental"))
            copied.write_text(version)


def without_spaces(folder: Path) -> Path:
    """A stand-in for a folder whose path has a space, which evcxr cannot load from: its builds still go to the folder."""
    if not any(map(str.isspace, str(folder))):
        return folder
    pool = own_folder(tempfile.gettempdir(), POOL)
    pool.mkdir(mode=0o700, exist_ok=True)
    if pool.stat().st_uid != os.getuid():
        sys.exit(f"{pool} belongs to someone else")
    stand_in = pool / folder.name
    stand_in.mkdir(exist_ok=True)
    (folder / "target").mkdir(exist_ok=True)
    for link, target in (pool / ".cargo", POOL / ".cargo"), (stand_in / "target", folder / "target"):
        with contextlib.suppress(FileExistsError):
            link.symlink_to(target)
    return stand_in


def cargo() -> str:
    """The program itself rather than rustup's stand-in, as evcxr looks for it."""
    if not IS_OURS:
        return str(Path(json.loads(INSTALLED.read_text())["toolchain"]) / "bin" / "cargo")
    with contextlib.suppress(OSError, subprocess.CalledProcessError):
        return subprocess.check_output(["rustup", "which", "cargo"], stderr=subprocess.DEVNULL, text=True).strip()
    return shutil.which("cargo") or "cargo"


def borrow_crates(cargo_home: Path) -> Path:
    """A store of crates of this user's own, which holds links to what is in another, so that cargo can add to it.

    For crates of the user's own only: cargo compiles anew whatever stands in another place than before.
    """
    own, new = POOL / "cargo", POOL / "cargo.new"
    if own.exists():
        return own
    shutil.rmtree(new, ignore_errors=True)
    # Of the crates' sources and archives each, of the index each file.
    for kind, pattern in ("src", "*/*"), ("cache", "*/*"), ("index", "*/**/*"):
        store = cargo_home / "registry" / kind
        for path in store.glob(pattern):
            link = new / "registry" / kind / path.relative_to(store)
            if kind != "index" or path.is_file():
                link.parent.mkdir(parents=True, exist_ok=True)
                link.symlink_to(path)
    new.mkdir(exist_ok=True)
    return new.rename(own)


def borrow() -> None:
    """Let the kernel use the compiler and the crates of whoever has installed the course."""
    installed = json.loads(INSTALLED.read_text())
    with locked(POOL / "cargo.lock", fcntl.LOCK_EX):
        os.environ["CARGO_HOME"] = str(borrow_crates(Path(installed["cargo_home"])))
    os.environ["KERNEL_CRATES"] = installed["cargo_home"]
    os.environ["PATH"] = f"{installed['toolchain']}/bin:{os.environ['PATH']}"


def start(evcxr: str, connection_file: str) -> None:
    make_pool()
    write_cargo_config()
    if not IS_OURS:
        borrow()
    folder = take_folder()
    copy_seed(folder)
    folder = without_spaces(folder)
    shutil.copyfile(PRELUDE, folder / "prelude.rs")
    (folder / "resolved.toml").unlink(missing_ok=True)  # so that each kernel resolves anew
    os.environ.update(EVCXR_TMPDIR=str(folder), EVCXR_CONFIG_DIR=str(folder))
    os.environ.update(KERNEL_CARGO=cargo(), KERNEL_LOCK=str(ROOT / "Cargo.lock"), PATH=f"{TOOLS}:{os.environ['PATH']}")
    if (SOURCES / "made-from").exists():
        os.environ["RUST_SRC_PATH"] = str(SOURCES)
    # evcxr would look there for a kernelspec of its own, and bring it up to date: the user's is not ours to change.
    os.environ["JUPYTER_PATH"] = str(folder)
    os.execv(evcxr, [evcxr, "--control_file", connection_file])


def registered() -> str:
    """The program that is registered with Jupyter, if any."""
    try:
        return str(json.loads((SPEC / "kernel.json").read_text())["argv"][3])
    except (OSError, ValueError, LookupError):
        return ""


def install(evcxr: str) -> None:
    spec = {
        "argv": [sys.executable, "-I", str(Path(__file__).resolve()), evcxr, "{connection_file}"],
        "display_name": "Rust",
        "language": "rust",
        "interrupt_mode": "message",
    }
    file = SPEC / "kernel.json"
    if not file.exists() or json.loads(file.read_text()) != spec:
        # evcxr's own installation brings the logos; its kernel.json is replaced.
        environment = os.environ | {"JUPYTER_PATH": str(SPEC.parent.parent)}
        subprocess.run([evcxr, "--install"], env=environment, check=True, stdout=subprocess.DEVNULL)
        file.write_text(json.dumps(spec, indent=1) + "\n")
    build_seed()
    toolchain = subprocess.check_output(["rustc", "--print", "sysroot"], text=True).strip()
    cargo_home = os.environ.get("CARGO_HOME") or str(Path.home() / ".cargo")
    INSTALLED.write_text(json.dumps({"toolchain": toolchain, "cargo_home": cargo_home}) + "\n")


def main() -> None:
    if sys.argv[1] == "--install":
        install(sys.argv[2])
    elif sys.argv[1] == "--registered":
        print(registered())
    else:
        start(sys.argv[1], sys.argv[2])


if __name__ == "__main__":
    main()

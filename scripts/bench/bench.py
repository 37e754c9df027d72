"""Times every work side by side and writes the tables; see scripts/bench.sh."""

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import jupyter_client

ROOT = Path(__file__).resolve().parents[2]
BENCH = ROOT / "target" / "bench"
EXAMPLE = ROOT / "nnlib" / "examples" / "bench.rs"
NOTEBOOKS = ROOT / "notebooks"
ROUNDS = 3


# The work, the threads it may use, and who does it besides nnlib.
WORKS = {
    "moons-3": ("moons, 2-3-2, 20,000 passes", 1, ["NumPy", "scikit-learn", "JAX"]),
    "moons-50": ("moons, 2-50-2, 20,000 passes", 1, ["NumPy", "scikit-learn", "JAX"]),
    "digits": ("digits network, one epoch of 8,000", 2, ["Keras on JAX", "Keras on TensorFlow"]),
    "boundary": ("decision boundary at 0.01, predicted, drawn, as PNG", 2, []),
    "gaussians": ("ten million Gaussians of `RandomState`", 1, ["NumPy"]),
}


class Kernel:
    """A Rust kernel as a notebook has it, in the folder of the notebooks."""

    def __init__(self, command: list[str] | None = None) -> None:
        start = time.perf_counter()
        self.manager = jupyter_client.KernelManager(kernel_name="rust")
        if command:
            self.manager.kernel_spec.argv = command
        self.manager.start_kernel(cwd=NOTEBOOKS)
        self.client = self.manager.blocking_client()
        self.client.start_channels()
        self.client.wait_for_ready(timeout=600)
        self.started = time.perf_counter() - start

    def run(self, code: str) -> tuple[float, str]:
        """The seconds that a cell takes, and what it prints."""
        said = []

        def hear(message: dict) -> None:
            content = message["content"]
            if message["msg_type"] == "error" or content.get("name") == "stderr":
                sys.exit(f"bench: a cell failed: {code}\n{content.get('evalue') or content.get('text')}")
            if message["msg_type"] == "stream":
                said.append(content["text"])

        start = time.perf_counter()
        self.client.execute_interactive(code, output_hook=hear, timeout=600)
        return time.perf_counter() - start, "".join(said)

    def __enter__(self) -> "Kernel":
        return self

    def __exit__(self, *_: object) -> None:
        self.client.stop_channels()
        self.manager.shutdown_kernel()


def on_cores(threads: int):
    """Keeps a child process to so many cores."""
    cores = sorted(os.sched_getaffinity(0))[:threads]
    return lambda: os.sched_setaffinity(0, cores)


def seconds(command: list[str | Path], threads: int) -> float:
    environment = os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True, preexec_fn=on_cores(threads), env=environment)
    return float(done.stdout.split()[-1])


def in_a_cell(work: str, threads: int) -> list[float]:
    """The same source in a notebook's cell, round after round in one kernel."""
    affinity = os.sched_getaffinity(0)
    on_cores(threads)()
    try:
        with Kernel() as kernel:
            kernel.run(':dep nnlib = { path = "../nnlib" }')
            kernel.run(EXAMPLE.read_text())
            return [float(kernel.run(f'println!("{{}}", seconds("{work}")?);')[1]) for _ in range(ROUNDS)]
    finally:
        os.sched_setaffinity(0, affinity)


def side_by_side(works: list[str]) -> dict[str, dict[str, list[float]]]:
    results: dict[str, dict[str, list[float]]] = {}
    for work in works:
        _, threads, others = WORKS[work]
        commands = {"nnlib": [ROOT / "target" / "release" / "examples" / "bench", work]}
        for library in others:
            commands[library] = [BENCH / "venv" / "bin" / "python", ROOT / "scripts" / "bench" / "contenders.py", library, work]
        times: dict[str, list[float]] = {name: [] for name in commands}
        for round in range(ROUNDS):
            for name, command in commands.items():
                times[name].append(seconds(command, threads))
                print(f"bench: {work}, round {round + 1}: {name} {times[name][-1]:.4f} s", flush=True)
        times["nnlib in a cell"] = in_a_cell(work, threads)
        results[work] = times
    return results


def work_table(results: dict[str, dict[str, list[float]]]) -> list[str]:
    lines = ["| work | threads | who | median | nnlib is faster by |", "| --- | --: | --- | --: | --: |"]
    for work, times in results.items():
        ours = statistics.median(times["nnlib"])
        for name, values in times.items():
            first = name == "nnlib"
            median = statistics.median(values)
            what, threads = (WORKS[work][0], str(WORKS[work][1])) if first else ("", "")
            ratio = "" if first else f"{median / ours:.2f} ×"
            lines.append(f"| {what} | {threads} | {name} | {in_units(median)} | {ratio} |")
    return lines


def in_units(value: float) -> str:
    return f"{value:.2f} s" if value >= 1 else f"{1000 * value:.1f} ms" if value < 0.1 else f"{1000 * value:.0f} ms"


def first_and_later_cells(command: list[str] | None) -> dict[str, float]:
    """Starts a kernel, and runs the cells that lead to a first picture, then those of lesson 06."""
    lesson = json.loads((NOTEBOOKS / "06-training.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in lesson["cells"] if cell["cell_type"] == "code"]
    with Kernel(command) as kernel:
        times = {"kernel start": kernel.started}
        times["first `:dep`"], _ = kernel.run(cells[0])
        times["first `let`"], _ = kernel.run("let moons = data::make_moons(200, 0.20, &mut RandomState::new(0))?;")
        times["first picture"], _ = kernel.run("plot::scatter(&moons)?")
        times["start to first picture"] = sum(times.values())
        later = [kernel.run(cell)[0] for cell in cells[1:]]
        times["median later cell (lesson 06)"] = statistics.median(later)
        times["slowest later cell (lesson 06)"] = max(later)
    return times


def notebook_table() -> list[str]:
    """Warm: a build folder that a kernel has used. Cold: one that none has, and nnlib not compiled."""
    warm = [first_and_later_cells(None) for _ in range(ROUNDS)]
    evcxr = jupyter_client.kernelspec.get_kernel_spec("rust").argv[3]
    here = f"import sys, pathlib; sys.path.insert(0, {str(ROOT / 'scripts')!r}); import kernel"
    here += f"; kernel.POOL = pathlib.Path({str(BENCH / 'kernels')!r}); kernel.SEED = kernel.POOL / 'seed'"
    shutil.rmtree(BENCH / "kernels", ignore_errors=True)
    start = time.perf_counter()
    subprocess.run([sys.executable, "-c", f"{here}; kernel.build_seed()"], check=True, stdout=subprocess.DEVNULL)
    compiling = time.perf_counter() - start
    cold = first_and_later_cells([sys.executable, "-c", f"{here}; kernel.start({evcxr!r}, sys.argv[1])", "{connection_file}"])
    lines = ["| in a notebook | cold | warm |", "| --- | --: | --: |", f"| nnlib compiled by set-up | {in_units(compiling)} | |"]
    for name in cold:
        lines.append(f"| {name} | {in_units(cold[name])} | {in_units(statistics.median(run[name] for run in warm))} |")
    return lines


def machine() -> str:
    processor = platform.processor()
    for line in Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []:
        if line.startswith("model name"):
            processor = line.split(":")[1].strip()
        if line.startswith("flags"):
            sets = [name for name in ("avx512f", "avx2") if name in line.split()]
            processor += f" ({sets[0] if sets else 'neither AVX2 nor AVX-512'})"
            break
    rust = subprocess.check_output(["rustc", "--version"], text=True).split()[1]
    return f"{processor}, {len(os.sched_getaffinity(0))} cores; Rust {rust}; medians of {ROUNDS} rounds."


def main() -> None:
    asked = sys.argv[1:] or [*WORKS, "notebook"]
    unknown = [work for work in asked if work not in [*WORKS, "notebook"]]
    if unknown:
        sys.exit(f"bench: unknown work {unknown[0]!r}; there are {', '.join([*WORKS, 'notebook'])}")
    report = [machine(), ""]
    if works := [work for work in WORKS if work in asked]:
        results = side_by_side(works)
        (BENCH / "seconds.json").write_text(json.dumps(results, indent=1) + "\n")
        report += [*work_table(results), ""]
    if "notebook" in asked:
        report += [*notebook_table(), ""]
    (BENCH / "report.md").write_text("\n".join(report))
    print("\n" + "\n".join(report) + f"written to {BENCH / 'report.md'}")


if __name__ == "__main__":
    main()

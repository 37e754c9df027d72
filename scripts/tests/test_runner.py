"""The runner against notebooks that must fail, one for each way to fail, and ones that must pass, in the real kernel."""

import asyncio
import contextlib
import io
import json
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import unittest
from pathlib import Path
from unittest import mock
from xml.etree import ElementTree

import nbformat
import psutil
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output

import execution
import run_notebooks
from course import ROOT
from outputs import METADATA, STORED_FROM

SCRIPTS = Path(__file__).resolve().parent.parent
TIMEOUT = 60
PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
SHOW_PICTURE = f'println!("EVCXR_BEGIN_CONTENT image/png\\n{PIXEL}\\nEVCXR_END_CONTENT");'


def code(source: str, *outputs: NotebookNode, tags: tuple[str, ...] = ()) -> NotebookNode:
    return new_code_cell(source, outputs=list(outputs), metadata={"tags": list(tags)} if tags else {})


def printed(text: str, name: str = "stdout") -> NotebookNode:
    return new_output("stream", name=name, text=text)


def result(**data: str) -> NotebookNode:
    return new_output("execute_result", data={kind.replace("_", "/"): text for kind, text in data.items()})


def error(message: str) -> NotebookNode:
    return new_output("error", ename="Error", evalue=message, traceback=[message])


# For each notebook that must fail: its cells, then what the report says of it.
FAILING: dict[str, tuple[list[NotebookNode], list[str]]] = {
    "time-limit": (
        [code("1 + 1", result(text_plain="2")), code("std::thread::sleep(std::time::Duration::from_secs(600));")],
        ["cell 2: std::thread::sleep", f"the cell is over its time limit of {TIMEOUT} s"],
    ),
    "compile-error": (
        [code("let a = 1;"), code('\nlet b: i32 = "one";'), code("a")],
        ['cell 2: let b: i32 = "one";', "error: [E0308] Error: mismatched types", "2 of 3 cells"],
    ),
    "panic": (
        [code("let v: Vec<u8> = Vec::new();"), code("v[3]")],
        ["cell 2: v[3]", "panicked: index out of bounds: the len is 0 but the index is 3\nat: v[3]"],
    ),
    "assertion": (
        [new_markdown_cell("Prose is not counted."), code("assert_eq!(1 + 1, 3);")],
        ["cell 1: assert_eq!(1 + 1, 3);", "assertion `left == right` failed", "right: 3"],
    ),
    "question-mark": (
        [code('"x".parse::<i32>()?')],
        ['cell 1: "x".parse::<i32>()?', "text on stderr: invalid digit found in string"],
    ),
    "stderr": (
        [code('eprintln!("careful");')],
        ["cell 1: eprintln!", "text on stderr: careful"],
    ),
    "late-stderr": (
        [
            code(
                'std::thread::spawn(|| {\n    std::thread::sleep(std::time::Duration::from_millis(250));\n    eprintln!("late");\n});'
            )
        ],
        ["cell 1: std::thread::spawn", "text on stderr: late"],
    ),
    "exit": (
        [code("std::process::exit(3)")],
        ["cell 1: std::process::exit(3)", "error: Subprocess terminated with status: exit status: 3"],
    ),
    "kernel-dies": (
        [
            code(
                'std::process::Command::new("kill").args(["-9", &std::os::unix::process::parent_id().to_string()]).status().unwrap();'
            )
        ],
        ["cell 1: std::process::Command", "the kernel died"],
    ),
    # From here on: what would let a later panic pass unheard, or a cell's words stand below another.
    "stderr-without-reader": (
        [code(r'use std::io::Write; std::io::stderr().write_all(b"\xff\n").unwrap();'), code("assert_eq!(1, 2);")],
        ["cell 1: use std::io::Write", execution.UNHEARD],
    ),
    "stderr-closed": (
        [code('unsafe extern "C" { fn close(file: i32) -> i32; }\nunsafe { close(2); };'), code("assert_eq!(1, 2);")],
        ['cell 1: unsafe extern "C"', execution.UNHEARD],
    ),
    "stderr-elsewhere": (
        [
            code("1 + 1", result(text_plain="2")),
            code(
                'unsafe extern "C" { fn dup2(from: i32, to: i32) -> i32; }\n'
                'let nowhere = std::fs::File::create("/dev/null")?;\n'
                "unsafe { dup2(std::os::fd::AsRawFd::as_raw_fd(&nowhere), 2); };"
            ),
            code("assert_eq!(1, 2);"),
        ],
        ['cell 2: unsafe extern "C"', execution.UNHEARD],
    ),
    "hook-silent": (
        [code("std::panic::set_hook(Box::new(|_| {}));"), code("assert_eq!(1, 2);")],
        ["cell 1: std::panic::set_hook", execution.UNHEARD],
    ),
    "hook-silent-for-a-while": (
        [
            code("let kept = std::panic::take_hook();\nstd::panic::set_hook(Box::new(|_| {}));"),
            code("assert_eq!(1, 2);"),
            code("std::panic::set_hook(kept);"),
        ],
        ["cell 1: let kept", execution.UNHEARD],
    ),
    "hook-silent-where-cells-run": (
        [
            code(
                "let cells = std::thread::current().id();\nlet kept = std::panic::take_hook();\nstd::panic::set_hook"
                "(Box::new(move |panic| if std::thread::current().id() != cells { kept(panic) }));"
            ),
            code("assert_eq!(1, 2);"),
        ],
        ["cell 1: let cells", execution.UNTIMELY],
    ),
    "hook-to-stdout": (
        [code('std::panic::set_hook(Box::new(|panic| println!("{panic}")));'), code("assert_eq!(1, 2);")],
        ["cell 1: std::panic::set_hook", execution.UNHEARD],
    ),
    "ends-early": (
        [
            code("1 + 1", result(text_plain="2")),
            code(
                'println!("EVCXR_EXECUTION_COMPLETE");\n'
                "std::thread::sleep(std::time::Duration::from_millis(500));\nassert_eq!(1, 2);"
            ),
            code("3 + 3"),
        ],
        ["cell 2: println!", execution.UNTIMELY],
    ),
    "panic-unnoticed": (
        [code("let a = 1;"), code('let b = a;\nprint!("no end of line");\nassert_eq!(b, 2);'), code("b")],
        # The kernel takes `b` for defined, and the next cell dies of it.
        [
            f"cell 2: let b = a;\n{execution.UNTIMELY}",
            "cell 2: let b = a;\ntext on stderr: panicked: assertion `left == right` failed",
            "2 of 3 cells",
        ],
    ),
    "forks": (
        [code('unsafe extern "C" { fn fork() -> i32; }\nunsafe { fork(); };'), code("1 + 1", result(text_plain="2"))],
        ['cell 1: unsafe extern "C"', execution.UNTIMELY],
    ),
    "exits-as-if-well": (
        [
            code(
                'unsafe extern "C" { fn atexit(call: extern "C" fn()) -> i32; fn _exit(status: i32) -> !; }\n'
                'extern "C" fn well() { unsafe { _exit(0) } }\nunsafe { atexit(well); };'
            ),
            code("std::process::exit(3)"),
        ],
        ["cell 2: std::process::exit(3)", "error: Subprocess terminated with status: exit status: 0"],
    ),
    "thread-panics-late": (
        [
            code(
                "std::thread::spawn(|| {\n    std::thread::sleep(std::time::Duration::from_secs(2));\n"
                '    panic!("late")\n});'
            ),
            code("std::thread::sleep(std::time::Duration::from_secs(4));"),
        ],
        ["cell 1: std::thread::spawn", "text on stderr: thread panicked: late"],
    ),
    "cells-late": (
        [
            code(
                r'use std::io::Write; std::io::stdout().write_all(b"\xff\n").unwrap();',
                error("stream did not contain valid UTF-8"),
                tags=("raises-exception",),
            ),
            code('println!("one");'),
            code('println!("two");', printed("one\n")),
        ],
        ["cell 1: use std::io::Write", execution.UNTIMELY],
    ),
    "never-saved": (
        [code("let a = 20;"), code("a + 1"), code("a + 2"), code('panic!("after all")')],
        ["no outputs are stored in the notebook; store them with --save", "cell 4: panic!", "4 of 4 cells"],
    ),
    "comparison": (
        [
            code('println!("loss {}", 0.5);', printed("loss 0.6\n")),
            code('println!("{}", 3);'),
            code("();", printed("5\n")),
            code("();", result(image_png=PIXEL)),
            code(SHOW_PICTURE),
            code("1 + 1", result(text_plain="2"), tags=("raises-exception",)),
            code(
                'panic!("so");',
                printed("panicked: else\n", "stderr"),
                tags=("raises-exception",),
            ),
            code("6 * 7", result(text_plain="42")),
        ],
        [
            "cell 1: println!(\"loss {}\", 0.5);\nstdout differs, line 1: stored 'loss 0.6', now 'loss 0.5'",
            "cell 2: println!(\"{}\", 3);\nstdout is there now but not stored: '3'",
            "cell 3: ();\nstdout is stored but missing now: '5'",
            "cell 4: ();\nthe picture (image/png) is stored but missing now",
            f"cell 5: {SHOW_PICTURE}\nthe picture (image/png) is there now but not stored",
            "cell 6: 1 + 1\nthe cell is tagged raises-exception, and shows no error",
            'cell 7: panic!("so");\nstderr differs',
            "8 of 8 cells",
        ],
    ),
}

PASSING = [
    new_markdown_cell("# All of this is right"),
    code("let third = 1.0 / 3.0;\nthird", result(text_plain="0.33333333")),
    # The kernel's own profile, not evcxr's.
    code("cfg!(debug_assertions)", result(text_plain="false")),
    # What the kernel's part of Rust's sources has to know.
    code('let seven = i32::from_str_radix("7", 10)?;\nlet bytes = seven.to_le_bytes();\nseven', result(text_plain="7")),
    code(
        'let most = 7_u32.pow(2).abs_diff(3);\nlet bits = std::collections::HashMap::from([("a", 1.5_f64.to_bits())]);\nmost',
        result(text_plain="46"),
    ),
    code('let ones = bits.get("a").map(|bits| bits.count_ones());\nones', result(text_plain="Some(11)")),
    code('println!("{:?}", std::time::Instant::now());', printed("never the same\n"), tags=("varies",)),
    code("does_not_exist()", tags=("skip-execution",)),
    code(SHOW_PICTURE, result(image_png="AAAA")),
    code("third.no_such_method()", tags=("raises-exception", "varies")),
    code(
        'assert!(third > 1.0, "too small");',
        printed('panicked: too small\n      at: assert!(third > 1.0, "too small");\n', "stderr"),
        tags=("raises-exception",),
    ),
    # What a cell leaves as it was is no fault.
    code(
        "{\n    let kept = std::panic::take_hook();\n    std::panic::set_hook(Box::new(|_| {}));\n"
        '    let caught = std::panic::catch_unwind(|| panic!("unseen"));\n    std::panic::set_hook(kept);\n'
        "    caught.is_err()\n}",
        result(text_plain="true"),
    ),
    code("std::process::exit(3)", error("Subprocess terminated with status: exit status: 3"), tags=("raises-exception",)),
    code("let third = 1.0 / 3.0;"),
    code('"12x".parse::<i32>()?', printed("invalid digit found in string\n", "stderr"), tags=("raises-exception",)),
    code(
        'println!("first"); println!("{third:.3}");',
        printed("first\n"),
    ),
]
PASSING[-1].outputs.append(printed("0.333\n"))


def write(path: Path, cells: list[NotebookNode]) -> Path:
    nbformat.write(new_notebook(cells=cells), path)
    return path


def start(folder: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPTS / "run_notebooks.py"), "--results", str(folder / "results"), *arguments]
    return subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def finish(process: subprocess.Popen[str]) -> str:
    output, _ = process.communicate(timeout=600)
    return output


class WithFolder(unittest.TestCase):
    """The folder's name has a space, as a reader's may."""

    folder: Path

    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = Path(tempfile.mkdtemp(prefix="runner test "))
        cls.addClassCleanup(shutil.rmtree, cls.folder)


class Verdicts(WithFolder):
    sources: dict[Path, bytes]
    output: str
    other_output: str
    status: int
    other_status: int

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        names = list(FAILING)
        for name, (cells, _) in FAILING.items():
            write(cls.folder / f"{name}.ipynb", cells)
        write(cls.folder / "passing.ipynb", PASSING)
        (cls.folder / "cut-off.ipynb").write_text('{"cells": [')
        (cls.folder / "no-notebook.ipynb").write_text(
            '{"cells": 5, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'
        )
        names += ["passing", "cut-off", "no-notebook", "missing"]
        cls.sources = {path: path.read_bytes() for path in cls.folder.glob("*.ipynb")}
        process = start(cls.folder, "-j2", f"--timeout={TIMEOUT}", *(f"{name}.ipynb" for name in names))
        other = start(cls.folder, "passing.ipynb")  # a second run beside it, into the same results
        cls.output, cls.other_output = finish(process), finish(other)
        cls.status, cls.other_status = process.returncode, other.returncode

    def report(self, name: str) -> tuple[str, str]:
        """The state that the report gives the notebook, and its part of the report without its indentation."""
        found = re.search(
            rf"^(\w+)  {name}: .*\n(?:      .*: .*cells, \d+ s\n|      .*: started\n|          .*\n|      cell .*\n)*",
            self.output,
            re.MULTILINE,
        )
        self.assertIsNotNone(found, self.output)
        assert found
        return found[1], re.sub(r"^ +", "", found[0], flags=re.MULTILINE)

    def test_each_way_to_fail_is_found_and_named(self) -> None:
        for name, (_, messages) in FAILING.items():
            with self.subTest(name):
                state, report = self.report(name)
                self.assertEqual(state, "FAIL")
                for message in messages:
                    self.assertIn(message, report)

    def test_nothing_else_is_found(self) -> None:
        for name, (_, messages) in FAILING.items():
            with self.subTest(name):
                wrong = re.findall(r"^cell \d+", self.report(name)[1], re.MULTILINE)
                self.assertEqual(wrong, re.findall(r"\bcell \d+", "\n".join(messages)))

    def test_a_file_that_is_no_notebook_fails(self) -> None:
        for name in ("cut-off", "no-notebook", "missing"):
            with self.subTest(name):
                state, report = self.report(name)
                self.assertEqual(state, "FAIL")
                self.assertIn("the file is not a readable notebook", report)

    def test_what_is_right_passes_twice_at_once(self) -> None:
        self.assertEqual(self.report("passing")[0], "pass", self.output)
        self.assertEqual(self.other_status, 0, self.other_output)
        self.assertTrue(self.other_output.endswith("\n1 passed, 0 failed\n"), self.other_output)

    def test_the_end_counts_and_the_status_tells(self) -> None:
        self.assertEqual(self.status, 1)
        self.assertTrue(self.output.endswith(f"\n1 passed, {len(FAILING) + 3} failed\n"), self.output[-500:])

    def test_results_are_written_whole_and_sources_left_alone(self) -> None:
        for path, content in self.sources.items():
            self.assertEqual(path.read_bytes(), content, path)
        results = self.folder / "results"
        self.assertEqual([path for path in results.iterdir() if path.name.startswith(".")], [])
        executed = nbformat.read(results / "passing.ipynb", as_version=4)
        self.assertEqual(executed.cells[1].outputs[0].data["text/plain"], "0.3333333333333333")
        self.assertIn("0.3333333333333333", (results / "passing.html").read_text())

    def test_junit_tells_the_same(self) -> None:
        # The second run wrote its own file to the same place; the first ended later.
        suite = ElementTree.parse(self.folder / "results" / "junit.xml").getroot()
        failures = {case.get("name"): case.findall("failure") for case in suite.iter("testcase")}
        self.assertEqual(suite.get("failures"), str(len(FAILING) + 3))
        self.assertEqual(failures["passing"], [])
        self.assertEqual(len(failures["comparison"]), 7)
        self.assertIn("the len is 0 but the index is 3", failures["panic"][0].text or "")


class Save(WithFolder):
    def run_with(self, *arguments: str) -> str:
        process = start(self.folder, "-j2", "--save", *arguments)
        return finish(process)

    def test_saving_stores_what_is_right_and_a_second_time_changes_nothing(self) -> None:
        right = write(
            self.folder / "right.ipynb",
            [
                code('println!("{:?}", std::time::Instant::now().elapsed());', tags=("varies",)),
                code("0.1 + 0.2"),
                code(SHOW_PICTURE),
                code('panic!("on purpose")', tags=("raises-exception",)),
                code("let x: u8 = 300;", tags=("raises-exception",)),
            ],
        )
        notebook = nbformat.read(right, as_version=4)
        notebook.metadata["widgets"] = {}
        notebook.cells[0].metadata["execution"] = {"shell.execute_reply": "2020"}
        nbformat.write(notebook, right)
        wrong = write(self.folder / "wrong.ipynb", [code("1", result(text_plain="2")), code('panic!("no")')])
        before = wrong.read_bytes()

        first = self.run_with("right.ipynb", "wrong.ipynb")
        self.assertIn("save  right", first)
        self.assertIn("1 passed, 1 failed", first)
        self.assertEqual(wrong.read_bytes(), before)
        saved = right.read_bytes()
        notebook = nbformat.reads(saved.decode(), as_version=4)
        self.assertEqual(notebook.metadata, METADATA)
        self.assertEqual([cell.execution_count for cell in notebook.cells], [1, 2, 3, 4, 5])
        self.assertEqual(notebook.cells[0].metadata.keys(), {"tags", STORED_FROM})
        self.assertEqual(notebook.cells[1].outputs[0].data["text/plain"], "0.30000000000000004")
        self.assertEqual(notebook.cells[2].outputs[0].data["image/png"].strip(), PIXEL)
        self.assertIn("on purpose", notebook.cells[3].outputs[0].text)
        self.assertNotIn("backtrace", notebook.cells[3].outputs[0].text)
        self.assertEqual(notebook.cells[4].outputs[0].output_type, "error")
        self.assertTrue(saved.endswith(b"}\n"))

        compared = start(self.folder, "right.ipynb")
        second = self.run_with("right.ipynb")
        self.assertIn("pass  right", second)
        self.assertEqual(right.read_bytes(), saved)
        self.assertIn("1 passed, 0 failed", finish(compared))
        self.assertEqual({path.name for path in self.folder.iterdir()}, {"right.ipynb", "wrong.ipynb", "results"})


class Interrupt(WithFolder):
    def test_ctrl_c_ends_every_kernel_and_leaves_every_file_whole(self) -> None:
        sleeper = 'std::fs::write("{name}.running", "").unwrap();\nloop {{ std::thread::sleep(std::time::Duration::from_secs(1)) }}'
        sources = {}
        for name in ("one", "two", "three"):
            path = write(self.folder / f"{name}.ipynb", [code(sleeper.format(name=name))])
            sources[path] = path.read_bytes()
        process = start(self.folder, "-j2", "--save", *(str(path) for path in sources))
        deadline = time.monotonic() + 120
        while not all((self.folder / f"{name}.running").exists() for name in ("one", "two")):
            self.assertLess(time.monotonic(), deadline, "the kernels did not start")
            self.assertIsNone(process.poll())
            time.sleep(0.1)
        children = psutil.Process(process.pid).children(recursive=True)
        self.assertGreaterEqual(len([child for child in children if "evcxr" in child.name()]), 4)

        process.send_signal(signal.SIGINT)
        output = finish(process)
        self.assertEqual(process.returncode, 130, output)
        self.assertTrue(output.endswith("interrupted; every kernel has been ended\n"), output)
        self.assertNotIn("Traceback", output)
        _, alive = psutil.wait_procs(children, timeout=5)
        self.assertEqual(alive, [])
        for path, content in sources.items():
            self.assertEqual(path.read_bytes(), content)
        self.assertEqual([path for path in self.folder.rglob(".*")], [])
        self.assertFalse((self.folder / "three.running").exists())


class Kernel(WithFolder):
    def run_here(self, argv: list[str], cells: list[NotebookNode]) -> str:
        """Run one notebook with a kernelspec of its own."""
        spec = self.folder / "kernels" / "rust" / "kernel.json"
        spec.parent.mkdir(parents=True, exist_ok=True)
        spec.write_text(
            json.dumps({"argv": argv, "display_name": "Rust", "language": "rust", "interrupt_mode": "message"})
        )
        notebook = write(self.folder / "notebook.ipynb", cells)
        output = io.StringIO()
        with mock.patch.object(execution, "KERNELS", spec.parent.parent), contextlib.redirect_stdout(output):
            asyncio.run(run_notebooks.run_all([notebook], self.folder / "results", 1, TIMEOUT, False))
        return output.getvalue()

    def test_a_kernel_that_does_not_start_is_a_failure_with_its_last_words(self) -> None:
        output = self.run_here(["sh", "-c", "echo no kernel today; exit 1"], [code("1 + 1", result(text_plain="2"))])
        self.assertRegex(output, "FAIL  .*/notebook: 0 of 1 cells")
        self.assertIn("the kernel did not start", output)
        self.assertIn("no kernel today", output)

    def new_checkout(self, name: str) -> tuple[Path, list[str]]:
        """A checkout with nothing but what the kernel starts with, and the kernelspec's command for it."""
        checkout = self.folder / name
        (checkout / "scripts").mkdir(parents=True)
        shutil.copytree(SCRIPTS / "tools", checkout / "scripts" / "tools")
        for file in ("Cargo.lock", "scripts/kernel.py", "scripts/prelude.rs"):
            shutil.copy(ROOT / file, checkout / file)
        argv: list[str] = json.loads((execution.KERNELS / "rust" / "kernel.json").read_text())["argv"]
        argv[2] = str(checkout / "scripts" / "kernel.py")
        return checkout / "target" / "kernels", argv

    def test_a_checkout_works_wherever_it_stands(self) -> None:
        pool, argv = self.new_checkout('📚 my "checkout" \\ 1')
        output = self.run_here(argv, [code("let a = 20;"), code("a + 1", result(text_plain="21"))])
        self.assertRegex(output, "pass  .*/notebook: 2 of 2 cells")
        self.assertTrue(any((pool / "0" / "target").iterdir()))

    def test_a_crate_of_ones_own_comes_from_git(self) -> None:
        crate = self.folder / "git" / "mine"
        (crate / "src").mkdir(parents=True)
        (crate / "Cargo.toml").write_text('[package]\nname = "mine"\nversion = "0.1.0"\nedition = "2024"\n')
        (crate / "src" / "lib.rs").write_text("pub fn seven() -> i32 {\n    7\n}\n")
        author = ("-c", "user.name=a reader", "-c", "user.email=reader@example.org")
        for command in ("init", "--quiet"), ("add", "--all"), (*author, "commit", "--quiet", "--message=first"):
            subprocess.run(["git", *command], cwd=crate, check=True)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        options = ["--export-all", f"--base-path={crate.parent}", "--listen=127.0.0.1", f"--port={port}", "--reuseaddr"]
        daemon = subprocess.Popen(["git", "daemon", *options, crate.parent], stderr=subprocess.DEVNULL)
        try:
            dependency = f':dep mine = {{ git = "git://127.0.0.1:{port}/mine" }}'
            argv = json.loads((execution.KERNELS / "rust" / "kernel.json").read_text())["argv"]
            output = self.run_here(argv, [code(f"{dependency}\nmine::seven()", result(text_plain="7"))])
        finally:
            daemon.terminate()
            daemon.wait()
        self.assertRegex(output, "pass  .*/notebook: 1 of 1 cells")

    def test_in_a_new_build_folder_the_crate_is_compiled_already(self) -> None:
        pool, argv = self.new_checkout("another")
        old = pool / "0" / "target" / "of an earlier seed"
        old.mkdir(parents=True)
        (pool / "seed").symlink_to(ROOT / "target" / "kernels" / "seed")
        dependency = f":dep nnlib = {{ path = {json.dumps(str(ROOT / 'nnlib'))} }}"
        output = self.run_here(argv, [code(dependency), code("nnlib::RandomState::new(0);")])
        self.assertRegex(output, "pass  .*/notebook: 2 of 2 cells")
        self.assertNotIn("Compiling", next((self.folder / "results").rglob("notebook.log")).read_text())
        self.assertFalse(old.exists())


if __name__ == "__main__":
    unittest.main()

"""The course in a real JupyterLab in a real browser; scripts/test_browser.sh prepares both and calls this."""

import contextlib
import itertools
import json
import re
import time
import unittest

from jupyterlab_page import ROOT, Notebook, Opened, copy_of, running, save

# evcxr kills the process that runs the cells and starts another: this is how long that may take.
INTERRUPT_SECONDS = 30

PIXEL = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
TALL_PIXEL = PIXEL.replace("AAAABCAYAAAAfFcSJ", "AAAACCAYAAAAfFcSJ")  # says that it has a second row
SHOW_PIXEL = f'println!("EVCXR_BEGIN_CONTENT image/png\\n{PIXEL}\\nEVCXR_END_CONTENT");'
SHOW_NOTHING = 'println!("EVCXR_BEGIN_CONTENT image/png\\nAAAA\\nEVCXR_END_CONTENT");'


def text(words: str) -> Notebook:
    return {"cell_type": "markdown", "metadata": {}, "source": words}


def code(words: str, tags: tuple[str, ...] = (), picture: str = "") -> Notebook:
    outputs = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": picture}}] if picture else []
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {"tags": list(tags)},
        "source": words,
        "outputs": outputs,
    }


class CourseInTheBrowser(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls) -> None:
        stack = contextlib.ExitStack()
        cls.addClassCleanup(stack.close)
        cls.lab, cls.browser = stack.enter_context(running())

    def setUp(self) -> None:
        self.addCleanup(self.lab.end_kernels)

    def open(self, name: str) -> Opened:
        opened = Opened(self.lab, self.browser, name)
        self.addCleanup(opened.page.context.close)
        return opened

    def lesson(self, name: str) -> tuple[Opened, list[Notebook]]:
        stored = json.loads((ROOT / "notebooks" / name).read_text())["cells"]
        return self.open(copy_of(name)), stored

    def test_start_here(self) -> None:
        opened, stored = self.lesson("00-start-here.ipynb")
        opened.screenshot("opened")
        opened.run_all()
        self.assertEqual(opened.complaints(stored), [])
        opened.screenshot("run")
        counts = opened.prompts()
        opened.restart_and_run_all()
        self.assertEqual(opened.complaints(stored), [])
        self.assertEqual(opened.prompts(), counts)  # a kernel that had not restarted would go on counting

    def test_training(self) -> None:
        opened, stored = self.lesson("06-training.ipynb")
        opened.run_all()
        self.assertEqual(opened.complaints(stored), [])
        for number, cell in enumerate(opened.shown.all()):
            if cell.locator(".jp-OutputArea-output img").count():
                opened.screenshot(f"cell-{number + 1}", cell)

    def test_interrupt(self) -> None:
        """As lesson 00 says: the cell ends, the next ones run without a restart, and the variables are gone."""
        wait = "for _ in 0..600 {\n    std::thread::sleep(std::time::Duration::from_secs(1));\n}"
        opened = self.open(save("interrupt.ipynb", [code("let kept = 41;"), code(wait), code("6 * 7"), code("kept")]))
        opened.run_cell(0)
        opened.wait_until_run()
        opened.run_cell(1)
        opened.wait("the cell did not start", lambda: opened.prompt(1) == "[*]:", 30)
        opened.page.wait_for_timeout(5000)  # it is compiled by then, and sleeps
        self.assertEqual(opened.prompt(1), "[*]:")
        opened.command("Kernel", "kernelmenu:interrupt")
        interrupted = time.monotonic()
        opened.wait("the interrupted cell did not end", lambda: "*" not in opened.prompt(1), INTERRUPT_SECONDS)
        opened.run_cell(2)
        opened.wait("no cell ran after the interrupt", lambda: opened.output(2) == "42", INTERRUPT_SECONDS)
        print(f"control came back {time.monotonic() - interrupted:.1f} s after the interrupt", flush=True)
        opened.run_cell(3)
        opened.wait_until_run()
        self.assertIn("cannot find value `kept`", opened.output(3))
        opened.screenshot("run")
        # The kernel has lived on, and goes on counting; it is its child that was killed.
        self.assertEqual(opened.count(2), opened.count(1) + 1)

    def test_a_panic_stays_in_its_cell(self) -> None:
        panic = code('let numbers = vec![1, 2, 3];\nlet fourth = numbers[3];', tags=("raises-exception",))
        cells = [cell for number in range(10) for cell in (panic | {}, code(f"{number} + 1"))]
        opened = self.open(save("panics.ipynb", cells))
        opened.run_all()
        for number in range(10):
            words = "panicked: index out of bounds: the len is 3 but the index is 3\n      at: let fourth = numbers[3];"
            self.assertEqual(opened.output(2 * number).strip().split(), words.split())
            self.assertEqual(opened.output(2 * number + 1), str(number + 1))

    def test_many_lines(self) -> None:
        """All of five thousand lines and the figure behind them; of a hundred thousand, a word about what is left out."""
        lines = 'for number in 0..{} {{\n    println!("line {{number}} of many");\n}}\n'
        cells = [code(lines.format(5_000) + SHOW_PIXEL), code(lines.format(100_000)), code("6 * 7")]
        opened = self.open(save("lines.ipynb", cells))
        opened.run_cell(0)
        picture = opened.shown.nth(0).locator(".jp-OutputArea-output img")
        opened.wait("no figure behind 5,000 lines", lambda: picture.count() == 1, 120)
        self.assertIn("line 4999 of many", opened.output(0))
        opened.run_cell(1)
        opened.wait("nothing said of what was left out", lambda: "rate exceeded" in opened.output(1), 180)
        opened.wait("the cell did not end", self.lab.is_idle, 180)
        opened.run_cell(2)
        opened.wait("no cell ran behind 100,000 lines", lambda: opened.output(2) == "42", 60)

    def test_a_compilers_message_is_not_broken_inside_words(self) -> None:
        opened = self.open(save("message.ipynb", [code('let rate: f64 = "0.01";', tags=("raises-exception",))]))
        opened.run_all()
        text = opened.shown.nth(0).locator(".jp-OutputArea-output pre").first
        self.assertEqual(text.evaluate("e => getComputedStyle(e).whiteSpace"), "pre")

    def test_a_new_notebook_is_offered_in_rust_first(self) -> None:
        opened = self.open(save("any.ipynb", [code("1 + 1")]))
        opened.page.goto(f"{self.lab.address}/lab?token={self.lab.token}&reset")
        cards = opened.page.locator('.jp-LauncherCard[data-category="Notebook"]')
        cards.first.wait_for()
        self.assertIn("Rust", cards.first.inner_text())
        opened.page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^File$")).click()
        opened.page.locator(".lm-Menu-itemLabel", has_text=re.compile("^New$")).click()
        opened.page.locator('.lm-Menu-item[data-command="notebook:create-new"]').last.click()
        kernel = opened.page.locator(".jp-Dialog select, .jp-NotebookPanel:visible .jp-KernelName:has-text('Rust')").first
        kernel.wait_for()
        if kernel.evaluate("e => e.tagName") == "SELECT":
            self.assertEqual(kernel.evaluate("e => e.options[e.selectedIndex].text"), "Rust")

    def test_what_is_wrong_is_seen(self) -> None:
        """A notebook with one mistake of each kind: without it, the other tests would prove nothing."""
        mistakes: list[tuple[Notebook, list[str]]] = [
            (text("A price of \\$5, and a formula $x^2$."), ["a dollar sign stands in its text"]),
            (text("A formula: $\\frac{1}$"), ["a formula has an error: Missing argument"]),
            (text("![](http://192.0.2.1/a.png)"), []),
            (code(SHOW_PIXEL, picture=TALL_PIXEL), ["its picture has 1 × 1 pixels, and the stored one 1 × 2"]),
            (code(SHOW_PIXEL), ["it shows 1 pictures, and 0 are stored"]),
            (code(SHOW_NOTHING, picture=PIXEL), ["its picture has 0 × 0 pixels", "its picture is shown as 16 × 16"]),
            (code('panic!("on purpose");'), ["it shows an error: panicked: on purpose"]),
            (code('let number: i32 = "one";'), ["it shows an error: [E0308] Error: mismatched types"]),
            (code("1 + 1", tags=("raises-exception",)), []),
        ]
        cells = [cell for cell, _ in mistakes]
        opened = self.open(save("wrong.ipynb", cells))
        self.assertEqual(
            [c for c in opened.complaints(cells) if "prompt" in c],
            [f"cell {n}: its prompt is [ ]:" for n in range(4, 10)],
        )
        opened.run_all()
        expected = ["asked for http://192.0.2.1/a.png"]
        expected += [f"cell {number}: {part}" for number, (_, parts) in enumerate(mistakes, 1) for part in parts]
        expected += ["a cell that is there to show an error shows none"]
        complaints = opened.complaints(cells)
        opened.screenshot("run")
        self.assertEqual(
            [c[: len(e)] for c, e in itertools.zip_longest(complaints, expected, fillvalue="")], expected, complaints
        )

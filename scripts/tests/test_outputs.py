"""Comparing what cells show, and choosing what is stored."""

import unittest

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_notebook, new_output

from outputs import METADATA, STORED_FROM, clean, differences, keep, same_text, shown, tidy


def stdout(text: str) -> NotebookNode:
    return new_output("stream", name="stdout", text=text)


def stderr(text: str) -> NotebookNode:
    return new_output("stream", name="stderr", text=text)


def display(**data: str) -> NotebookNode:
    return new_output("display_data", data={kind.replace("_", "/"): value for kind, value in data.items()})


class Text(unittest.TestCase):
    def test_numbers_are_the_same_to_six_digits(self) -> None:
        for stored, now in [
            ("loss 0.0706", "loss 0.0706"),
            ("loss 0.30000000000000004", "loss 0.3"),
            ("[[ 9.9999999, 1]]", "[[10.0000001, 1]]"),
            ("[[1.0000000001,\n  2]]", "[[1,\n  2]]"),
            ("-1.5e-7", "-1.5000001e-7"),
            ("3.2e-12", "3.2000001e-12"),
            ("2.2e-16", "-1.1e-16"),
            ("0.0", "5.6e-17"),
            ("NaN inf", "NaN inf"),
        ]:
            with self.subTest(stored=stored, now=now):
                self.assertTrue(same_text(stored, now))

    def test_anything_else_is_a_difference(self) -> None:
        for stored, now in [
            ("loss 0.0706", "loss 0.0707"),
            ("loss 0.070600", "loss 0.070601"),
            ("loss 0.5", "loss -0.5"),
            ("difference 9.8e-10", "difference 3.2e-12"),
            ("1.0e-14", "1.1e-14"),
            ("0.00000000000001", "-0.0"),
            ("loss 0.5", "Loss 0.5"),
            ("loss 0.5", "loss NaN"),
            ("1000000 points", "1000001 points"),
            ("7", "7.001"),
            ("1 2", "1 2 3"),
            ("a b", "a  b"),
            ("a\nb", "a b"),
        ]:
            with self.subTest(stored=stored, now=now):
                self.assertFalse(same_text(stored, now))


class Differences(unittest.TestCase):
    def test_streams_count_as_one_however_they_were_cut(self) -> None:
        self.assertEqual(differences([stdout("a\nb\n")], tidy([stdout("a\n"), stdout("b\n")], 1)), [])

    def test_a_changed_line_is_named(self) -> None:
        self.assertEqual(
            differences([stdout("epoch 1\nloss 0.5\n")], [stdout("epoch 1\nloss 0.6\n")]),
            ["stdout differs, line 2: stored 'loss 0.5', now 'loss 0.6'"],
        )
        self.assertEqual(differences([stdout("a\n")], [stdout("a\nb\n")]), ["stdout differs, stored 1 lines, now 2"])

    def test_text_that_comes_or_goes(self) -> None:
        self.assertEqual(
            differences([], [stdout("5\n")]), ["stdout is there now but not stored: '5' (store it with --save)"]
        )
        self.assertEqual(differences([stdout("5\n")], []), ["stdout is stored but missing now: '5'"])

    def test_of_a_picture_its_presence_and_its_alternative_text_count(self) -> None:
        stored = [display(image_png="aaaa", text_plain="200 points, two moons")]
        self.assertEqual(differences(stored, [display(image_png="bbbb", text_plain="200 points, two moons")]), [])
        self.assertEqual(
            differences(stored, [display(image_png="aaaa", text_plain="100 points, two moons")]),
            ["text/plain differs, line 1: stored '200 points, two moons', now '100 points, two moons'"],
        )
        self.assertEqual(
            differences(stored, [display(text_plain="200 points, two moons")]),
            ["the picture (image/png) is stored but missing now"],
        )
        self.assertEqual(
            differences([display(text_plain="x")], [display(image_png="aaaa", text_plain="x")]),
            ["the picture (image/png) is there now but not stored (store it with --save)"],
        )

    def test_a_table_in_html_is_text(self) -> None:
        self.assertEqual(
            differences([display(text_html="<td>2</td>")], [display(text_html="<td>3</td>")]),
            ["text/html differs, line 1: stored '<td>2</td>', now '<td>3</td>'"],
        )

    def test_an_error_is_its_message_without_colours_or_the_number_of_its_cell(self) -> None:
        def error(number: int, message: str) -> NotebookNode:
            traceback = [f"\x1b[31m[E0308] Error:\x1b[0m {message}", f"  command_{number}:1:1"]
            return new_output("error", ename="Error", evalue=message, traceback=traceback)

        self.assertEqual(differences([error(2, "mismatched types")], [error(3, "mismatched types")]), [])
        self.assertTrue(differences([error(2, "mismatched types")], [error(2, "unused variable")]))


class Store(unittest.TestCase):
    def stored(self, old: list[NotebookNode], new: list[NotebookNode], *tags: str) -> list[NotebookNode]:
        cell = new_code_cell("x", outputs=new, metadata={"tags": list(tags)})
        keep(cell, old)
        return list(cell.outputs)

    def test_what_says_the_same_stays(self) -> None:
        old, new = [stdout("0.3\n")], [stdout("0.30000000000000004\n")]
        self.assertEqual(self.stored(old, new), old)
        self.assertEqual(self.stored(old, [stdout("0.4\n")]), [stdout("0.4\n")])

    def test_a_redrawn_picture_is_stored(self) -> None:
        new = [display(image_png="bbbb", text_plain="x")]
        self.assertEqual(self.stored([display(image_png="aaaa", text_plain="x")], new), new)

    def test_of_a_cell_that_varies_the_old_output_stays_while_its_words_do(self) -> None:
        old = [stdout("took 17.5ms\n"), display(image_png="aaaa")]
        self.assertEqual(self.stored(old, [stdout("took 1.6s\n"), display(image_png="bbbb")], "varies"), old)
        new = [stdout("elapsed 17.5ms\n"), display(image_png="aaaa")]
        self.assertEqual(self.stored(old, new, "varies"), new)
        self.assertEqual(self.stored(old, [stdout("took 17.5ms\n")], "varies"), [stdout("took 17.5ms\n")])

    def test_a_cell_that_varies_is_stored_anew_when_its_source_has_changed(self) -> None:
        old, new = [stdout("took 17.5ms\n")], [stdout("took 1.6s\n")]
        cell = new_code_cell("first", outputs=new, metadata={"tags": ["varies"]})
        keep(cell, old)
        self.assertEqual(cell.outputs, old)
        before = dict(cell.metadata)
        self.assertIn(STORED_FROM, before)
        cell.outputs = new
        keep(cell, old)
        self.assertEqual((cell.outputs, cell.metadata), (old, before))
        cell.source, cell.outputs = "second", new
        keep(cell, old)
        self.assertEqual(cell.outputs, new)
        self.assertNotEqual(cell.metadata[STORED_FROM], before[STORED_FROM])
        clean(notebook := new_notebook(cells=[cell]))
        self.assertIn(STORED_FROM, notebook.cells[0].metadata)

    def test_metadata_is_what_readers_and_tools_need(self) -> None:
        notebook = new_notebook(metadata={"widgets": {}, "vscode": {"stored": 1}})
        notebook.cells = [
            new_code_cell("x", metadata={"tags": ["varies"], "execution": {"started": "1"}, "trusted": True})
        ]
        clean(notebook)
        self.assertEqual(notebook.metadata, METADATA)
        self.assertEqual(notebook.cells[0].metadata, {"tags": ["varies"]})

    def test_a_result_carries_its_cells_number(self) -> None:
        (output,) = tidy([new_output("execute_result", data={"text/plain": "5"}, execution_count=9)], 2)
        self.assertEqual((output.execution_count, shown([output])), (2, {"text/plain": "5"}))


if __name__ == "__main__":
    unittest.main()

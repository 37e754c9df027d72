"""The rooms of the crate: how many, how large, and which way the imports between its files go."""

import re
import unittest
from pathlib import Path

SOURCES = Path(__file__).parents[2] / "nnlib/src"
# From the lowest up: a room imports from itself and from those before it.
ROOMS = ["error", "random", "file", "data", "math", "kernel", "nn", "metrics", "train", "models", "verify", "store", "plot"]
IMPORT = re.compile(r"^\s*(?P<public>pub(?:\(\w+\))? )?use (?P<tree>[^;]+);|(?P<path>\b(?:crate|super)(?:::\w+)+)", re.MULTILINE)


def module_of(file: Path) -> tuple[str, ...]:
    parts = file.relative_to(SOURCES).with_suffix("").parts
    return parts[:-1] if parts[-1] in ("mod", "lib") else parts


def source_of(file: Path) -> str:
    """What the compiler reads of a file outside tests."""
    lines = [line for line in file.read_text().splitlines() if not line.lstrip().startswith("//")]
    return re.sub(r"#\[cfg\(test\)\]\n(?:#\[.*\]\n)*[^\n]*?(?:;|\{\n(?:.*\n)*?\})(?=\n|$)", "", "\n".join(lines))


def leaves(tree: str) -> list[str]:
    """The single paths of `a::{b, c::{d, e}}`."""
    tree = tree.strip()
    head, brace, rest = tree.partition("{")
    if not brace:
        return [tree.split(" as ")[0]]
    depth, start, parts, inner = 0, 0, [], rest[: rest.rindex("}")]
    for at, letter in enumerate(inner + ","):
        depth += (letter == "{") - (letter == "}")
        if letter == "," and depth == 0:
            parts.append(inner[start:at])
            start = at + 1
    return [(head + leaf).removesuffix("::self") for part in parts if part.strip() for leaf in leaves(part)]


FILES = {module_of(file): file for file in sorted(SOURCES.rglob("*.rs"))}
TEXTS = {module: source_of(file) for module, file in FILES.items()}


def imports(module: tuple[str, ...], re_exports: bool) -> set[tuple[tuple[str, ...], str]]:
    """What a file imports: the module, as it is written, and the name."""
    found = set()
    for match in IMPORT.finditer(TEXTS[module]):
        if match["public"] and not re_exports:
            continue
        for path in leaves(match["tree"]) if match["tree"] else [match["path"]]:
            first, *parts = path.split("::")
            if first == "super":
                base = module[:-1]
                while parts and parts[0] == "super":
                    base, parts = base[:-1], parts[1:]
            elif first == "crate":
                base = ()
            elif module + (first,) in FILES:
                base, parts = module, [first, *parts]
            else:
                continue
            while parts and base + (parts[0],) in FILES:
                base, parts = base + (parts[0],), parts[1:]
            found.add((base, parts[0] if parts else ""))
    return {(target, name) for target, name in found if target != module}


class Rooms(unittest.TestCase):
    maxDiff = None

    def test_there_are_fourteen_at_most(self):
        entries = {module[0] for module in FILES if module} | {"lib"}
        self.assertLessEqual(len(entries), 14, entries)
        self.assertEqual(entries, {*ROOMS, "lib"})

    def test_no_file_is_longer_than_four_hundred_lines(self):
        long = {str(file): n for file in FILES.values() if (n := len(file.read_text().splitlines())) > 400}
        self.assertEqual(long, {})

    def test_imports_go_down(self):
        up = [
            f"{'::'.join(module)} imports {'::'.join(target)}::{name}"
            for module in FILES
            if module
            for target, name in imports(module, re_exports=True)
            if not target or ROOMS.index(target[0]) > ROOMS.index(module[0])
        ]
        self.assertEqual(up, [])

    def test_no_two_files_import_each_other(self):
        edges = {(module, target) for module in FILES for target, _ in imports(module, re_exports=False)}
        both = sorted({tuple(sorted(edge)) for edge in edges if edge[::-1] in edges})
        self.assertEqual(["::".join(a) + " and " + "::".join(b) for a, b in both], [])

    def test_a_name_comes_from_the_module_that_defines_it(self):
        kinds = r"\b(?:fn|struct|enum|trait|const|static|type|mod|macro_rules!)\s+"
        indirect = [
            f"{'::'.join(module)} imports {'::'.join(target)}::{name}"
            for module in FILES
            if module
            for target, name in imports(module, re_exports=False)
            if name not in ("", "*", "self") and not re.search(kinds + name + r"\b", TEXTS[target])
        ]
        self.assertEqual(indirect, [])


if __name__ == "__main__":
    unittest.main()

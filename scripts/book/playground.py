"""Makes the playground one page that needs nothing else: style, scripts and nnlib's module inside it."""

import base64
import gzip
import re
import sys
from pathlib import Path

WEB = Path(__file__).resolve().parents[2] / "nnlib" / "playground" / "web"
# In the order in which they use one another.
MODULES = ["engine", "settings", "draw", "charts", "controls", "app"]

IMPORT = re.compile(r"^import ({[^}]*}) from \"./(\w+)\.js\";$", re.MULTILINE)
EXPORT = re.compile(r"^export ((?:async )?(?:const|function) (\w+))", re.MULTILINE)


def script() -> str:
    """The page's modules as a single one, since a page read from a disk may not load any from beside it."""
    text = ""
    for name in MODULES:
        module = IMPORT.sub(r"const \1 = \2Module;", (WEB / f"{name}.js").read_text())
        exports = ", ".join(found[1] for found in EXPORT.findall(module))
        module = EXPORT.sub(r"\1", module)
        text += f"const {name}Module = (() => {{\n{module}return {{ {exports} }};\n}})();\n" if exports else module
    return text


def page(module: Path) -> str:
    packed = base64.b64encode(gzip.compress(module.read_bytes(), mtime=0)).decode()
    inside = {
        "<style>STYLE</style>": f"<style>{(WEB / 'style.css').read_text()}</style>",
        ">MODULE<": f">{packed}<",
        ">SCENES<": f">{(WEB / 'scenes.json').read_text()}<",
        ">WORKER<": f">{(WEB / 'worker.js').read_text()}<",
        ">SCRIPT<": f">{script()}<",
    }
    text = (WEB / "playground.html").read_text()
    for place, content in inside.items():
        assert text.count(place) == 1, place
        text = text.replace(place, content)
    return text


if __name__ == "__main__":
    module, to = map(Path, sys.argv[1:])
    to.write_text(page(module))
    print(f"the playground: {to}, its module {len(gzip.compress(module.read_bytes())) / 1024:.0f} KiB compressed")

"""Sphinx's settings for the book; scripts/build_book.sh calls it."""

from importlib.metadata import files
from pathlib import Path

project = "Neural networks from nothing"
author = "the nnlib authors"
html_title = project
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
nb_execution_mode = "off"  # the notebooks are stored with their results, which scripts/run_all.sh checks
nb_render_error_lexer = "text"  # not a Python traceback
myst_enable_extensions = ["dollarmath", "amsmath"]
myst_heading_anchors = 3

BOOK = Path(__file__).resolve().parent
# One file that draws formulas as SVG: a page read from a disk may not load fonts from beside it in every browser.
MATHJAX = next(file for file in files("sphinx-mathjax-offline") or [] if file.name == "tex-svg-full.js")
mathjax_path = MATHJAX.name

html_theme = "furo"
html_static_path = [str(MATHJAX.locate()), str(BOOK / "static")]
html_css_files = ["book.css"]
templates_path = [str(BOOK / "templates")]
html_sidebars = {
    "**": [
        "sidebar/scroll-start.html",
        "sidebar/brand.html",
        "sidebar/search.html",
        "sidebar/playground.html",
        "sidebar/navigation.html",
        "sidebar/reference.html",
        "sidebar/scroll-end.html",
    ]
}
html_theme_options = {"navigation_with_keys": True}
html_copy_source = False
html_show_copyright = False
html_show_search_summary = False  # it would fetch pages, which a browser refuses on a disk
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
copybutton_selector = "div.cell_input pre"

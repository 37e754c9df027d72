"""Says what is wrong with a built book: it has to be whole, and to need nothing from elsewhere."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit

from bs4 import BeautifulSoup

CSS_ADDRESS = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")
# What a page needs to be shown; all other addresses in it are there to be followed.
NEEDED = {
    "img": "src",
    "script": "src",
    "link": "href",
    "source": "src",
    "video": "src",
    "iframe": "src",
    "object": "data",
}


@cache
def page(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


@cache
def anchors(path: Path) -> set[str]:
    return {str(tag[key]) for tag in page(path).find_all(True) for key in ("id", "name") if tag.has_attr(key)}


def is_elsewhere(address: str) -> bool:
    parts = urlsplit(address)
    return bool(parts.netloc) or parts.scheme not in ("", "data")


def missing(site: Path, file: Path, address: str) -> str | None:
    """What is wrong with an address in one of the site's files that leads to another."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if not target.is_relative_to(site) or not target.is_file():
        return f"{address} leads nowhere"
    # The reference's pages have anchors, such as lines of source, that their own script makes.
    if parts.fragment and target.suffix == ".html" and not target.is_relative_to(site / "api"):
        if unquote(parts.fragment) not in anchors(target):
            return f"{address}: the page has no such place"
    return None


def wrong_with_page(site: Path, file: Path) -> Iterator[str | None]:
    for tag in page(file).find_all(True):
        address = tag.get(NEEDED.get(tag.name, ""))
        if address and is_elsewhere(address):
            yield f"needs {address} from elsewhere"
        if tag.has_attr("style"):
            yield from wrong_with_style(site, file, str(tag["style"]))
        link = address or (tag.get("href") if tag.name == "a" else None)
        if link:
            yield missing(site, file, str(link))
    for style in page(file).find_all("style"):
        yield from wrong_with_style(site, file, style.text)


def wrong_with_style(site: Path, file: Path, style: str) -> Iterator[str | None]:
    for address in ("".join(found) for found in CSS_ADDRESS.findall(style)):
        if is_elsewhere(address):
            yield f"needs {address} from elsewhere"
        elif not address.startswith(("data:", "#")):
            yield missing(site, file, address)


def wrong_with_lesson(file: Path) -> Iterator[str]:
    """What holds of our own pages, and not of the reference's."""
    for image in page(file).find_all("img"):
        if not image.get("alt", "").strip():
            yield f"a figure has no alternative text: {str(image)[:100]}"
    article = page(file).find("article")
    if article:
        for text in article.find_all(string=re.compile(r"\$")):
            if not text.find_parents(["code", "pre"]):
                yield f"a formula is not one: {text.strip()[:100]}"


def wrong(site: Path, sources: Path) -> Iterator[str]:
    for source in sorted(sources.rglob("*.ipynb")):
        if not (site / source.relative_to(sources).with_suffix(".html")).is_file():
            yield f"{source.relative_to(sources)} has no page"
    for file in sorted(site.rglob("*")):
        found: list[str | None] = []
        if file.suffix == ".html":
            found += wrong_with_page(site, file)
            if not file.is_relative_to(site / "api"):
                found += wrong_with_lesson(file)
        elif file.suffix == ".css":
            found += wrong_with_style(site, file, file.read_text(encoding="utf-8"))
        yield from (f"{file.relative_to(site)}: {problem}" for problem in found if problem)


def main() -> int:
    site, sources = (Path(argument).resolve() for argument in sys.argv[1:])
    found = list(wrong(site, sources))
    print(
        "\n".join(found)
        if found
        else f"{sum(1 for _ in site.rglob('*.html'))} pages: every link leads somewhere, nothing is asked of elsewhere"
    )
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())

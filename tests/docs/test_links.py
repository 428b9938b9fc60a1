"""Every link of the documentation leads somewhere, also into a page; links into the web are few and listed."""

import json
import re
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

HOME = Path(__file__).parents[2]
PAGES = sorted([*(HOME / "docs").glob("*.md"), *HOME.glob("*.md"), *(HOME / "notebooks").glob("*.ipynb")])
# Nothing here asks the web; whoever adds an address opens it once (CONTRIBUTING, under "Links").
WEB = {"https://semver.org", "https://www.ofgem.gov.uk"}
FILE_IN_TEXT = re.compile(r"`((?:docs|heatnet|benchmarks|tests|fixtures|notebooks|\.ci)/[\w./-]*)`")


@cache
def text_of(page: Path) -> str:
    """Return what a page says, without its blocks of code."""
    text = page.read_text(encoding="utf-8")
    if page.suffix == ".ipynb":
        cells = json.loads(text)["cells"]
        text = "\n\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    return re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)


@cache
def anchors_of(page: Path) -> set[str]:
    """Return the anchors that readers give to the headings of a page, and those written as HTML."""
    text = text_of(page)
    headings = re.findall(r"^#+ +(.+?)\s*$", text, re.MULTILINE)
    return {anchor(heading) for heading in headings} | set(re.findall(r"""\b(?:id|name)=["']([^"']+)""", text))


def anchor(heading: str) -> str:
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain).strip().lower())


def links_of(page: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", text_of(page))
    named = re.findall(r"^\[[^\]]+\]:\s*(\S+)", text, re.MULTILINE)
    return [*re.findall(r"\]\(\s*<?([^)\s>]+)", text), *named, *re.findall(r"""\b(?:href|src)=["']([^"']+)""", text)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_to_a_file_and_to_a_heading_in_it(page: Path) -> None:
    lost = []
    for link in links_of(page):
        place, _, heading = link.partition("#")
        if urlsplit(link).scheme:
            continue
        target = page.parent / place if place else page
        if not target.exists() or (heading and target.suffix == ".md" and heading not in anchors_of(target)):
            lost.append(link)
    assert lost == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_files_that_a_page_names_are_there(page: Path) -> None:
    assert [name for name in FILE_IN_TEXT.findall(text_of(page)) if not (HOME / name).exists()] == []


def test_addresses_in_the_web_are_whole_and_listed() -> None:
    found = set()
    for page in PAGES:
        found |= {link.rstrip(".,;:") for link in re.findall(r"[a-z]+://[^\s)>\]\"'`]+", text_of(page))}
    web = {link for link in found if urlsplit(link).scheme in ("http", "https", "ftp")}
    assert web == WEB
    assert all(re.fullmatch(r"https://([a-z0-9-]+\.)+[a-z]{2,}(/\S*)?", link) for link in web)


def test_a_lost_heading_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A [linked](x.md) `title`, twice\n\n[a](#a-linked-title-twice) [b](#b) [c](no.md)\n", encoding="utf-8"
    )
    assert anchors_of(page) == {"a-linked-title-twice"}
    assert links_of(page) == ["x.md", "#a-linked-title-twice", "#b", "no.md"]
    with pytest.raises(AssertionError):
        test_links_lead_to_a_file_and_to_a_heading_in_it(page)

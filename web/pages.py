"""The pages that are read before a notebook runs: the front page, the lessons, the documents."""

from __future__ import annotations

import posixpath
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import nbformat
from bs4 import BeautifulSoup, Tag
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from nbconvert import HTMLExporter

from authoring.lesson import Lesson, read_all
from web.lite import NAME, configuration
from web.parts import HERE, ROOT
from web.runtime import HOST

TEMPLATES = HERE / "templates"
#: Links that stay as they are: to another host, or within the page.
_ELSEWHERE = re.compile(r"[a-z]+:|#")


@dataclass(frozen=True)
class Shown:
    """A lesson on the front page; its addresses are seen from there."""

    number: str
    title: str
    promise: str
    minutes: int
    page: str
    live: str


@dataclass(frozen=True)
class Site:
    """What the pages tell of the site around them.

    Attributes:
        out: its folder, in which JupyterLite is built already.
        source: the address of the repository, or empty where none was named.
        vendored: whether the site serves all of its Python itself.
    """

    out: Path
    source: str
    vendored: bool


def write(site: Site) -> None:
    """Write all pages, the front page in the place of JupyterLite's own."""
    lessons = read_all(ROOT / "lessons")
    shutil.copyfile(TEMPLATES / "style.css", site.out / "style.css")
    for folder in ("lessons", "docs"):
        (site.out / folder).mkdir()
    for lesson in lessons:
        _lesson(site, lesson)
    for path in sorted((ROOT / "docs").glob("[!.]*.md")):
        _document(site, path)
    _front(site, [_shown(lesson) for lesson in lessons])


def _shown(lesson: Lesson) -> Shown:
    return Shown(
        number=lesson.number,
        title=lesson.title,
        promise=lesson.card["promise"],
        minutes=sum(lesson.card["minutes"].values()),
        page=f"lessons/{lesson.name}.html",
        live=live(f"notebooks/{lesson.name}.ipynb"),
    )


def live(notebook: str) -> str:
    """Return the address that opens a notebook of the drive in JupyterLab.

    Each in a workspace of its own: no tab that was left open in another one is restored with it,
    whose Python would take as much memory again.
    """
    number = Path(notebook).stem.removeprefix("solved_")[:2]
    return f"lab/index.html?path={notebook}&workspace=lesson-{number}"


def elsewhere(source: str) -> list[tuple[str, str]]:
    """Return where a repository on GitHub can be started, as words and addresses.

    The addresses are those that mybinder.org and GitHub's documentation give for such links.
    """
    found = re.fullmatch(r"https://github\.com/([\w.-]+/[\w.-]+?)(\.git)?", source)
    if found is None:
        return []
    first = "notebooks/00_start_here.ipynb"
    return [
        ("Binder", f"https://mybinder.org/v2/gh/{found[1]}/HEAD?labpath={first}"),
        ("GitHub Codespaces", f"https://codespaces.new/{found[1]}"),
    ]


def _front(site: Site, lessons: list[Shown]) -> None:
    served = "Everything comes from this site: no request goes to another host."
    if not site.vendored:
        host = HOST.removeprefix("https://")
        served = (
            "Everything comes from this site, except for libraries that the Pyodide project "
            f"compiled for browsers. They come from {host}, and are verified by their SHA-256."
        )
    page = _render(
        "front.html.j2",
        title=f"{NAME}: a course in the browser",
        description="Learn AWS KMS and DynamoDB encryption in notebooks that run in the browser.",
        top="",
        lessons=lessons,
        hosts=served,
        source=site.source,
        elsewhere=elsewhere(site.source),
        configuration=Markup(configuration(site.out)),  # JupyterLite's own, as it built it
    )
    (site.out / "index.html").write_text(page, encoding="utf-8")


def _lesson(site: Site, lesson: Lesson) -> None:
    """The solved notebook as a page; the blank one of a lesson that has no solution."""
    file = f"solutions/{lesson.solved_name}" if lesson.has_solution else lesson.name
    words = "This page shows the solved lesson. The live notebook leaves the answers to you."
    page = _render(
        "lesson.html.j2",
        title=f"{lesson.number} {lesson.title} · {NAME}",
        description=lesson.card["promise"],
        top="../",
        live=live(f"notebooks/{lesson.name}.ipynb"),
        words=words if lesson.has_solution else "There is no solved version of this lesson.",
        body=_body(site, f"notebooks/{file}.ipynb"),
    )
    (site.out / "lessons" / f"{lesson.name}.html").write_text(page, encoding="utf-8")


def _document(site: Site, path: Path) -> None:
    text = path.read_text("utf-8")
    title = next(line for line in text.splitlines() if line.startswith("# "))[2:]
    page = _render(
        "lesson.html.j2",
        title=f"{title} · {NAME}",
        description=title,
        top="../",
        live="",
        words="",
        body=_body(site, f"docs/{path.name}"),
    )
    (site.out / "docs" / f"{path.stem}.html").write_text(page, encoding="utf-8")


def _render(template: str, **values: Any) -> str:
    loader = FileSystemLoader(TEMPLATES)
    pages = Environment(loader=loader, autoescape=True, undefined=StrictUndefined)
    return pages.get_template(template).render(**values)


def _body(site: Site, name: str) -> Markup:
    """A notebook or document of this repository as HTML, its links as seen from its page."""
    exporter = HTMLExporter(template_name="basic")  # type: ignore[no-untyped-call]
    html, _ = exporter.from_notebook_node(_book(ROOT / name))
    soup = BeautifulSoup(html, "html.parser")
    for element in soup.select(".anchor-link"):  # the headings keep their names
        element.decompose()
    for element in soup.find_all(["a", "img"]):
        _relink(site, element, posixpath.dirname(name))
    for element in soup.find_all("table"):  # a wide one scrolls by itself, by keyboard as well
        element.wrap(soup.new_tag("div", attrs={"class": "scrolls", "tabindex": "0"}))
    for element in soup.select('img[src$=".svg"], img[src^="data:image/svg+xml"]'):  # so that
        # a phone shows its words large enough to read
        element.wrap(soup.new_tag("span", attrs={"class": "scrolls", "tabindex": "0"}))
    for element in soup.find_all("pre"):
        element["tabindex"] = "0"
    return Markup(str(soup))  # what the course's own notebooks show


def _book(path: Path) -> Any:
    if path.suffix == ".ipynb":
        return nbformat.read(path, as_version=4)  # type: ignore[no-untyped-call]
    cell = nbformat.v4.new_markdown_cell(  # type: ignore[no-untyped-call]
        path.read_text("utf-8"), id="page"
    )  # by itself it would take a random name
    return nbformat.v4.new_notebook(cells=[cell])  # type: ignore[no-untyped-call]


def _relink(site: Site, element: Tag, folder: str) -> None:
    """Point a link or an image of a file in ``folder`` to where the site has it."""
    attribute = "href" if element.name == "a" else "src"
    address = str(element.get(attribute, ""))
    if not address or _ELSEWHERE.match(address):
        return
    path, mark, fragment = address.partition("#")
    found = _place(posixpath.normpath(posixpath.join(folder, path)))
    if found:
        element[attribute] = f"../{found}{mark}{fragment}"
    elif site.source:
        element[attribute] = f"{site.source}/blob/HEAD/{posixpath.normpath(f'{folder}/{path}')}"
    else:
        element.unwrap()


def _place(path: str) -> str:
    """Where the site has a file of the repository, seen from its top; empty if it has not."""
    stem, extension = posixpath.splitext(posixpath.basename(path))
    if path.startswith("notebooks/") and extension == ".ipynb":
        stem = stem.removeprefix("solved_")
        solved = (ROOT / "notebooks" / "solutions" / f"solved_{stem}.ipynb").exists()
        blank = "/solutions/" not in path and solved
        return live(f"notebooks/{stem}.ipynb") if blank else f"lessons/{stem}.html"
    if path.startswith("notebooks/images/"):
        return f"files/{path}"
    if posixpath.dirname(path) == "docs" and extension == ".md":
        return f"docs/{stem}.html"
    return ""

"""The pages say what is so: links lead somewhere, commands run, assumptions are listed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sandbox.serving.served import serve

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ("docs", "sandbox", "classroom", "web")
PAGES = sorted(
    {
        *ROOT.glob("*.md"),
        *(p for f in FOLDERS for p in (ROOT / f).rglob("*.md") if "node_modules" not in p.parts),
    }
)
LEDGER = (ROOT / "docs" / "ledger.md").read_text(encoding="utf-8")


def anchors(text: str) -> set[str]:
    """The ids that headings get."""
    found = re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", head.lower()).strip().replace(" ", "-") for head in found}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_of_a_page_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        # The form lies beside the files on GitHub: three folders up from the page of a file.
        if target.startswith(("https://", "mailto:", "../../../issues/new?template=problem.yml")):
            continue
        file, _, anchor = target.partition("#")
        there = page if not file else (page.parent / file)
        assert there.exists(), target
        if anchor and there.suffix == ".md":
            assert anchor in anchors(there.read_text(encoding="utf-8")), target


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_that_a_page_names_exist(page: Path) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for name in re.findall(r"`make ([a-z-]+)", page.read_text(encoding="utf-8")):
        assert re.search(rf"^{name}:", makefile, re.MULTILINE), f"make {name}"


def test_what_setting_up_says_is_what_troubleshooting_quotes() -> None:
    page = (ROOT / "docs" / "troubleshooting.md").read_text(encoding="utf-8")
    table = page.partition("## Setting up")[2].partition("\n## ")[0]
    quoted = re.findall(r"^\| `([^`]+)`", table, re.MULTILINE)
    scripts = [path.read_text(encoding="utf-8") for path in (ROOT / "tools").glob("*.*")]
    said = re.sub(r'"\s+"', "", "\n".join(scripts))  # strings that stand in several pieces
    for quote in quoted:
        if quote.startswith("No module named"):  # Python's own words
            continue
        for part in re.split(r"[\d.]+", quote):
            assert part in said, quote
    assert len(quoted) > 5


def test_every_assumption_of_the_sandbox_is_in_the_ledger() -> None:
    mark = re.compile(r"sandbox's\s+(?:#\s+)?assumption")
    assuming = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "sandbox" / "refusal").rglob("*.py")
        if mark.search(path.read_text(encoding="utf-8"))
    }
    assert assuming
    table = LEDGER.partition("## What the sandbox assumes")[2].partition("\n## ")[0]
    assert set(re.findall(r"`(sandbox/[\w/]+\.py)`", table)) == assuming


def commands() -> list[tuple[str, str]]:
    """Each line of the ledger's shell blocks, and the error code that it must end in."""
    blocks = re.findall(r"```bash\n(.*?)```", LEDGER, re.DOTALL)
    lines = [line for block in blocks for line in block.strip().split("\n")]
    found = [line.partition("  # refused: ") for line in lines]
    return [(line, code) for line, _, code in found]


def script() -> str:
    """The ledger as one shell script that says which line it is at and how each ended."""
    parts = ["set -u"]
    for number, (line, code) in enumerate(commands()):
        if code:
            parts.append(f"echo '== {number}'; {line} && echo NOT-REFUSED")
        else:
            parts.append(f"echo '== {number}'; {line} || echo FAILED")
    return "\n".join(parts)


def test_the_ledgers_commands_run_against_the_sandbox(tmp_path: Path) -> None:
    """One after another, as a person would paste them."""
    assert len(commands()) > 25
    with serve() as server:
        environment = {
            **server.exports,
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "HOME": str(tmp_path),
            "AWS_PAGER": "",
        }
        done = subprocess.run(
            [shutil.which("bash") or "bash", "-c", script()],
            cwd=tmp_path,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
    _, *told = done.stdout.split("== ")
    for (line, code), said in zip(commands(), told, strict=True):
        assert "FAILED" not in said and "NOT-REFUSED" not in said, f"{line}\n{said}"
        assert f"({code})" in said if code else "error" not in said, f"{line}\n{said}"

"""The pages and marks.csv say what was found, and need nothing but a browser."""

from __future__ import annotations

import csv
import io
import itertools
import re
import xml.etree.ElementTree as ET
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from classroom import (
    CriterionResult,
    ExerciseResult,
    SubmissionResult,
    WrittenAnswer,
    class_report,
    feedback,
    write_all,
)
from classroom.messages import say
from classroom.pages.likeness import alike, public_code
from classroom.pages.report import COLUMNS, page_name, write_marks
from helpers.course.misconceptions import misconceptions
from tests.needs import path_of

LONG = "\n".join(f"client.put_item(Item=make({n}), TableName=lab.table_name)" for n in range(9))
ANN = SubmissionResult(
    student="ann",
    source="ann/05.ipynb",
    digest="0" * 64,
    notebook="05",
    exercises=(
        ExerciseResult("5.1", "correct", 1, 1, "A write needs kms:Decrypt too."),
        ExerciseResult("5.2", "not yet", 0, 2, "Expected: <x> & y.", "", "any-denial"),
        ExerciseResult(
            "5.3", "raised", 0, 2, "It stopped with NameError.", "line 1: scores\nNameErr"
        ),
    ),
    written=(WrittenAnswer("5.a", 2, "She may not."),),
    claims=("both-must-allow",),
    answers=(("5.1", LONG),),
)
BEN = replace(
    ANN,
    student="ben",
    source="ben/05.ipynb",
    exercises=(
        ExerciseResult("5.1", "not attempted", 0, 1, "Nothing yet."),
        ExerciseResult("5.2", "not checked", None, 2, "One of its criteria could not be checked."),
        ExerciseResult(
            *("5.3", "not yet", 0.5, 2, "Expected: a."),
            misconception="any-denial",
            criteria=(
                CriterionResult("Mira is out", 1, True),
                CriterionResult("You are in", 3, False),
            ),
        ),
    ),
    claims=("any-denial",),
    notes=("5.1: 2 cells answer it.",),
    answers=(("5.1", f"# mine\n{LONG}"),),
)
CLEO = SubmissionResult("=cleo|cmd", "cleo/05.ipynb", problem="It is not a Jupyter notebook.")
CLASS = [ANN, BEN, CLEO]
PAGES = {
    "feedback": feedback("ann", [ANN]),
    "feedback with criteria": feedback("ben", [replace(BEN, provisional=True)]),
    "feedback without marks": feedback("=cleo|cmd", [CLEO]),
    "report": class_report(CLASS),
    "report of nothing": class_report([CLEO]),
    "provisional report": class_report([replace(ANN, provisional=True)]),
}


class Reader(HTMLParser):
    """Its tags must close in their order; keeps headings, links, and text."""

    VOID = ("meta", "link", "rect", "img", "br", "input")

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("name", PAGES)
def test_a_page_needs_nothing_but_a_browser(name: str) -> None:
    reader = Reader(PAGES[name])
    assert not {tag for tag, _ in reader.tags} & {"link", "iframe", "img", "object"}
    scripts = [attrs for tag, attrs in reader.tags if tag == "script"]
    assert scripts == ([{}] if "report" in name else []), "one of ours, inside the page"
    targets = [value for _, attrs in reader.tags for key, value in attrs.items() if key == "href"]
    assert targets == ["#content"]
    assert not re.search(r"https?:|url\(|@import|\son\w+=", PAGES[name])


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_built_as_readers_of_screens_need_it(name: str) -> None:
    reader = Reader(PAGES[name])
    assert dict(reader.tags)["html"] == {"lang": "en"}
    levels = [int(tag[1]) for tag, _ in reader.tags if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b - a <= 1 for a, b in itertools.pairwise(levels))
    heads = [attrs for tag, attrs in reader.tags if tag == "th"]
    assert heads and all("scope" in attrs for attrs in heads)


def test_the_report_says_what_is_usual() -> None:
    text = Reader(PAGES["report"]).text
    for word in ("Mean", "Median", "Standard deviation", "Lowest", "Highest"):
        assert word in text
    (row,) = re.findall(r'<tr><th scope="row">05</th>(.*?)</tr>', PAGES["report"])
    assert re.findall(r"<td>(.*?)</td>", row) == ["1", "1", "1", "0", "1", "1"]


@pytest.mark.needs("chromium")
def test_a_class_of_400_is_sorted_and_searched_and_nothing_overlaps(tmp_path: Path) -> None:
    from tests.browser.jupyter import browser_page

    first, *others = ANN.exercises
    many = [
        replace(
            ANN,
            student=f"{'x' * (n % 60)}{n:03d}",
            # As criteria share points out.
            exercises=(replace(first, points=first.out_of * (1 + n % 7) / 16), *others),
        )
        for n in range(400)
    ]
    worst = replace(BEN, exercises=tuple(replace(x, points=0) for x in BEN.exercises))
    file = tmp_path / "report.html"
    file.write_text(class_report([*many, replace(worst, student="Zoe")]), encoding="utf-8")
    with browser_page() as page:
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.fill("input[type=search]", "zoe")
        shown = page.locator(".long tbody tr:visible")
        assert shown.count() == 1
        page.fill("input[type=search]", "")
        page.locator(".long thead button").nth(1).click()
        assert shown.nth(0).inner_text().startswith("Zoe"), "the fewest points come first"
        points = [float(text.split()[0]) for text in page.locator(".long td").all_inner_texts()]
        assert points == sorted(points) and len(set(points)) > 3
        page.locator(".long thead button").nth(1).click()
        assert not shown.nth(0).inner_text().startswith("Zoe")
        boxes = page.evaluate(
            "[...document.querySelectorAll('.legend li')].map(x => x.getBoundingClientRect())"
            ".map(x => [x.left, x.top, x.right, x.bottom])"
        )
        for one, other in itertools.combinations(boxes, 2):
            apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1]
            assert apart or other[3] <= one[1]


@pytest.mark.needs("chromium", "axe-core")
def test_axe_finds_nothing_by_day_and_by_night(tmp_path: Path) -> None:
    from tests.browser.jupyter import browser_page

    axe = path_of("axe-core")
    assert axe is not None
    for scheme in ("light", "dark"):
        with browser_page(color_scheme=scheme) as page:
            for name, text in PAGES.items():
                file = tmp_path / f"{name}.html"
                file.write_text(text, encoding="utf-8")
                page.goto(file.as_uri())
                page.add_script_tag(path=axe)
                found = page.evaluate("axe.run().then(found => found.violations)")
                assert found == [], (name, scheme)


def test_feedback_says_outcome_points_and_why() -> None:
    text = Reader(PAGES["feedback"]).text
    assert f"{say('check.correct')}: 1 of 1 points. A write needs kms:Decrypt too." in text
    assert f"{say('check.not yet')}: 0 of 2 points. Expected: <x> & y." in text
    assert misconceptions()["any-denial"].claim in text
    assert "line 1: scores" in text
    assert "5.a. A person marks these." in text
    assert "ben" not in text


def test_feedback_tells_of_a_criterion_its_title_and_no_more() -> None:
    text = Reader(PAGES["feedback with criteria"]).text
    assert "Mira is out: met" in text and "You are in: not met" in text
    assert "no points yet, out of 2" in text
    assert "2 cells answer it" not in text, "notes are for the instructor"
    assert say("grading.provisional") in text
    assert (
        "so it has no mark yet: It is not a Jupyter" in Reader(PAGES["feedback without marks"]).text
    )


def test_the_report_shows_marks_outcomes_beliefs_and_whom_to_see() -> None:
    page = PAGES["report"]
    text = Reader(page).text
    assert "3 students, 3 notebooks, 6 answers; a person has to look at 2 notebooks." in text
    assert "1 / 5" in text and "0.5 so far / 5" in text
    assert "2 cells answer it" in text and "It is not a Jupyter notebook." in text
    claims = [text.index(misconceptions()[key].claim) for key in ("any-denial", "both-must-allow")]
    assert claims == sorted(claims), "what most believe comes first"
    assert "ann, ben" in text, "their answers are alike"


def test_the_plot_has_the_counts_and_words_for_them() -> None:
    (drawn,) = re.findall(r"<svg.*?</svg>", PAGES["report"])
    svg = ET.fromstring(drawn)
    assert "5.1: 1 Correct, 1 Not attempted" in svg.attrib["aria-label"]
    widths = [float(r.attrib["width"]) for r in svg.iter("rect") if r.attrib["height"] == "20"]
    assert widths[:2] == [240.0, 0.0] and sum(widths) == pytest.approx(3 * 480)


def test_marks_csv_has_no_formula_and_no_silent_zero() -> None:
    stream = io.StringIO()
    write_marks(CLASS, stream)
    rows = list(csv.DictReader(io.StringIO(stream.getvalue())))
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 7
    assert [row["points"] for row in rows] == ["1", "0", "0", "0", "", "0.5", ""]
    assert rows[-1]["student"] == "'=cleo|cmd"
    assert rows[-1]["not graded because"] == CLEO.problem
    assert rows[4]["not graded because"].startswith("One of its criteria")
    assert [row["criteria"] for row in rows if row["criteria"]] == [
        "0.5 / 0.5 Mira is out; 0 / 1.5 You are in"
    ]


def test_everything_is_written_beside_marks_csv(tmp_path: Path) -> None:
    folder = write_all(sorted(CLASS, key=lambda one: one.student), tmp_path / "marks.csv")
    assert (tmp_path / "marks.csv").exists() and (folder / "report.html").exists()
    names = {path.name for path in (folder / "feedback").iterdir()}
    assert names == {"ann.html", "ben.html", page_name("=cleo|cmd")}
    assert not list(tmp_path.rglob("*.part"))


def test_no_two_students_share_a_page() -> None:
    names = ["ann", "a/b", "a_b", "..", "../x", "Ann", "é", "e", "x" * 99, "x" * 98]
    pages = [page_name(name) for name in names]
    assert len(set(pages)) == len(names)
    assert all(re.fullmatch(r"[\w-][\w.-]*\.html", page, re.ASCII) for page in pages)


def test_likeness_looks_past_layout_and_remarks_and_needs_length() -> None:
    (group,) = alike([ANN, BEN, CLEO])
    assert (group.exercise, group.students) == ("5.1", ("ann", "ben"))
    short = [replace(one, answers=(("5.1", "x = 1\n" * 3),)) for one in (ANN, BEN)]
    assert alike(short) == []
    other = replace(BEN, answers=(("5.2", LONG),))
    assert alike([ANN, other]) == [], "another exercise"
    renamed = replace(BEN, answers=(("5.1", LONG.replace("put_item", "update_item")),))
    assert alike([ANN, renamed]) == []


def test_likeness_names_each_pair_of_three() -> None:
    first, second = LONG, LONG.replace("client", "dynamodb")
    students = {"ann": first, "ben": f"{first}\n{second}", "cleo": second, "dan": "pass"}
    results = [replace(ANN, student=name, answers=(("5.1", c),)) for name, c in students.items()]
    pairs = alike(results)
    assert {pair.students for pair in pairs} == {("ann", "ben"), ("ben", "cleo")}
    assert all(pair.share == 1 for pair in pairs), "all of the shorter one is in the other"


def test_likeness_leaves_out_what_is_public() -> None:
    mine = "\n".join(f"client.tag({n}, Key=make({n}), Value=lab.name)" for n in range(9))
    both = [replace(ANN, student=name, answers=(("5.1", f"{LONG}\n{mine}"),)) for name in "ab"]
    assert alike(both, public=[LONG, mine, f"{LONG}\n{mine}"]) == []
    (pair,) = alike(both, public=[LONG])
    assert (pair.students, pair.share) == (("a", "b"), 1)
    solutions = [replace(ANN, student=n, answers=(("8.2", public_code()[-3]),)) for n in "ab"]
    assert alike(solutions, public=public_code()) == []


def test_likeness_goes_by_pairs_and_not_by_chains() -> None:
    chain = {f"s{n}": f"x = {n}\n{LONG.replace('client', f'c{n}')}" for n in range(4)}
    linked = {n: f"{chain[n]}\n{chain[f's{int(n[1]) + 1}']}" for n in ("s0", "s1", "s2")}
    results = [replace(ANN, student=n, answers=(("5.1", code),)) for n, code in linked.items()]
    assert {pair.students for pair in alike(results)} == {("s0", "s1"), ("s1", "s2")}


def test_a_result_outlives_json() -> None:
    for one in CLASS:
        assert SubmissionResult.from_json(one.to_json()) == one


def test_points_are_none_where_one_exercise_has_none() -> None:
    assert ANN.points == 1 and ANN.out_of == 5 and ANN.needs_a_person == ()
    assert BEN.points is None and BEN.out_of == 5 and len(BEN.needs_a_person) == 2
    assert CLEO.points is None and CLEO.out_of == 0
    assert [x.grade_id for x in ANN.exercises] == ["check-05-5-1", "check-05-5-2", "check-05-5-3"]


def test_what_is_written_about_students_is_private(tmp_path: Path) -> None:
    folder = write_all(sorted(CLASS, key=lambda one: one.student), tmp_path / "marks.csv")
    written = [tmp_path / "marks.csv", folder, *folder.rglob("*")]
    assert len(written) > 5
    assert [path for path in written if path.stat().st_mode & 0o077] == []

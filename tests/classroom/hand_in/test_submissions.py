"""Where submissions lie, whose they are, and what is refused."""

from __future__ import annotations

import errno
import os
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from classroom import GradingError, Submission, find_submissions
from classroom.hand_in import submissions
from classroom.hand_in.submissions import read_content


def touch(path: Path, text: str = "{}") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def found(root: Path, pattern: str = "") -> dict[str, str]:
    """Student by path."""
    return {one.source: one.student for one in find_submissions(root, pattern)}


def test_nbgraders_folders(tmp_path: Path) -> None:
    for student in ("ann", "ben"):
        touch(tmp_path / "submitted" / student / "05" / "05_denying_access.ipynb")
        touch(tmp_path / "submitted" / student / "05" / "timestamp.txt")
        touch(tmp_path / "submitted" / student / "05" / ".ipynb_checkpoints" / "05.ipynb")
    whole, inner = found(tmp_path), found(tmp_path / "submitted")
    assert sorted(whole.values()) == sorted(inner.values()) == ["ann", "ben"]


def test_a_folder_of_notebooks(tmp_path: Path) -> None:
    for name in ("ann", "ben_05_denying_access", "Müller, Eva"):
        touch(tmp_path / f"{name}.ipynb")
    assert sorted(found(tmp_path).values()) == ["Müller, Eva", "ann", "ben"]


@pytest.mark.parametrize(
    ("path", "student"),
    [
        ("Ann Lee_12345_assignsubmission_file_/05_denying_access.ipynb", "Ann Lee_12345"),
        ("leeann_123456_7891011_05_denying_access-1.ipynb", "leeann_123456"),
        ("leeann_LATE_123456_7891011_05_denying_access.ipynb", "leeann_123456"),
        ("submitted/ann/05/05_denying_access.ipynb", "ann"),
        ("HW_5_annlee_attempt_2024-05-01-12-30-45_05.ipynb", "annlee"),
        ("397063-2557369 - Ann Lee - Sep 24, 2024 926 PM/05.ipynb", "Ann Lee_397063"),
        ("class/Ann Lee_7_assignsubmission_file_/05.ipynb", "Ann Lee_7"),
        ("Ren\u0065\u0301/05.ipynb", "Ren\u00e9"),
    ],
)
def test_zips_as_learning_platforms_make_them(tmp_path: Path, path: str, student: str) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(path, "{}")
        file.writestr("__MACOSX/ann/._05.ipynb", "")
    (one,) = find_submissions(archive)
    assert (one.student, one.problem) == (student, "")
    assert read_content(one)[0] == b"{}"


def test_a_pattern_says_whose_it_is(tmp_path: Path) -> None:
    touch(tmp_path / "group a" / "05-ann.ipynb")
    assert list(found(tmp_path, r"-(?P<student>\w+)\.ipynb").values()) == ["ann"]
    touch(tmp_path / "nobody.ipynb")
    (nobodys, anns) = find_submissions(tmp_path, r"-(?P<student>\w+)\.ipynb")
    assert (nobodys.student, nobodys.problem) == ("", "Its path does not say whose it is.")
    assert (anns.student, anns.problem) == ("ann", "")
    with pytest.raises(GradingError, match="no group"):
        find_submissions(tmp_path, r"-(\w+)")


def test_links_and_pipes_are_not_followed(tmp_path: Path) -> None:
    secret = touch(tmp_path / "secret.ipynb", "secret")
    room = tmp_path / "room"
    (room / "ann").mkdir(parents=True)
    (room / "ann" / "05.ipynb").symlink_to(secret)
    (room / "ben").symlink_to(tmp_path)
    (room / "cleo").mkdir()
    os.mkfifo(room / "cleo" / "05.ipynb")
    problems = {one.student: one.problem for one in find_submissions(room)}
    assert "link" in problems["ann"] and "link" in problems["ben"]
    assert problems["cleo"] == "It is not a file."
    with pytest.raises(GradingError):
        read_content(Submission("dan", room / "ann" / "05.ipynb"))


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("../05.ipynb", "leads out"),
        ("ann/../../ben/05.ipynb", "leads out"),
        ("/etc/05.ipynb", "leads out"),
        ("C:/05.ipynb", "leads out"),
        ("..\\..\\05.ipynb", "leads out"),
        ("ann/inner.zip", "zip in a zip"),
    ],
)
def test_what_climbs_is_refused_and_is_nobodys(tmp_path: Path, name: str, words: str) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(zipfile.ZipInfo(name), "{}")
        file.writestr("ben/05.ipynb", "{}")
    refused = [one for one in find_submissions(archive) if one.problem]
    assert [words in one.problem for one in refused] == [True]
    assert refused[0].student != "ben"
    with pytest.raises(GradingError, match=words):
        read_content(refused[0])


def test_a_bomb_is_not_unpacked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(submissions, "LARGEST", 100_000)
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("ann/05.ipynb", b"0" * 10_000_000)
    (bomb,) = find_submissions(archive)
    assert "larger than" in bomb.problem
    # A header that lies about the size helps no more.
    liar = Submission("ann", archive, 0)
    with pytest.raises(GradingError, match="larger than"):
        read_content(liar)
    (tmp_path / "large").mkdir()
    (tmp_path / "large" / "05.ipynb").write_bytes(b"0" * 100_001)
    (large,) = find_submissions(tmp_path / "large")
    assert "larger than" in large.problem


def test_broken_zips_have_a_reason(tmp_path: Path) -> None:
    touch(tmp_path / "room" / "ann.zip", "no zip")
    (one,) = find_submissions(tmp_path / "room")
    assert one.student == "ann" and "not a zip file" in one.problem
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("ann/05.ipynb", "{}")
    data = bytearray(archive.read_bytes())
    data[data.index(b"{}")] ^= 1  # Its checksum is wrong now.
    archive.write_bytes(data)
    (damaged,) = find_submissions(archive)
    with pytest.raises(GradingError, match="cannot be read"):
        read_content(damaged)


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
def test_a_damaged_zip_is_said_whatever_is_damaged(tmp_path: Path, method: int) -> None:
    """An upload that was cut or spoilt: each decompressor has errors of its own."""
    chance = random.Random(11)
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w", method) as file:
        for name in ("ann_11_22_05.ipynb", "ben_12_23_05.ipynb"):
            file.writestr(name, b'{"cells": []}' * 100)
    whole, refused = archive.read_bytes(), 0
    for _ in range(300):
        spoilt = bytearray(whole)
        for _ in range(chance.randint(1, 4)):
            spoilt[chance.randrange(len(whole))] = chance.randrange(256)
        archive.write_bytes(spoilt)
        try:
            for one in find_submissions(archive):
                read_content(one)
        except GradingError:
            refused += 1
    assert refused > 20


@pytest.mark.parametrize("name", [".", ".//.", "./ann/05.ipynb", "ann//05.ipynb"])
def test_a_path_without_a_name_holds_up_nobody(tmp_path: Path, name: str) -> None:
    archive = tmp_path / "all.zip"
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr(name, "{}")
        file.writestr("./class/Ben Oh_7_assignsubmission_file_/05.ipynb", "{}")
    known = {one.student: one.problem for one in find_submissions(archive)}
    assert {"Ben Oh_7", "class"} & set(known)
    assert ("ann" in known) == ("ann" in name)


def test_a_student_without_a_notebook_is_not_forgotten(tmp_path: Path) -> None:
    touch(tmp_path / "ann" / "answers.docx")
    touch(tmp_path / "ann" / "more.txt")
    touch(tmp_path / "ben" / "05.ipynb")
    problems = {one.student: one.problem for one in find_submissions(tmp_path)}
    assert problems == {"ann": "It is not a Jupyter notebook.", "ben": ""}


def test_nothing_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(GradingError, match="no submission in"):
        find_submissions(tmp_path)
    with pytest.raises(GradingError, match="nothing at"):
        find_submissions(tmp_path / "none")


def test_a_path_that_is_too_long_stops_nobody(tmp_path: Path) -> None:
    """A student's archive can hold one, and whoever unpacks it goes down step by step."""
    touch(tmp_path / "ben" / "05.ipynb")
    (tmp_path / "ann").mkdir()
    place = os.open(tmp_path / "ann", os.O_RDONLY)
    for _ in range(45):  # PATH_MAX is 4096 (limits.h).
        os.mkdir("d" * 100, dir_fd=place)
        place, above = os.open("d" * 100, os.O_RDONLY, dir_fd=place), place
        os.close(above)
    os.close(os.open("05.ipynb", os.O_CREAT | os.O_WRONLY, dir_fd=place))
    os.close(place)
    problems = {one.student: one.problem for one in find_submissions(tmp_path)}
    assert problems["ben"] == ""
    assert "cannot be" in problems["ann"]


def test_a_folder_that_cannot_be_opened_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    touch(tmp_path / "ben" / "05.ipynb")
    touch(tmp_path / "ann" / "05.ipynb")
    touch(tmp_path / "ann" / "more" / "06.ipynb")
    closed = {str(tmp_path / "ann" / "more")}
    opened = os.scandir

    def scandir(path: str) -> Iterator[os.DirEntry[str]]:
        if str(path) in closed:
            raise PermissionError(errno.EACCES, "Permission denied", path)
        return opened(path)

    monkeypatch.setattr(os, "scandir", scandir)
    problems = {one.source: one.problem for one in find_submissions(tmp_path)}
    assert problems == {
        "ann/05.ipynb": "",
        "ann/more": "It is a folder that cannot be opened.",
        "ben/05.ipynb": "",
    }

"""Everything installed may be used beside MIT code and CC BY lessons."""

from __future__ import annotations

import re
from importlib.metadata import Distribution, distributions
from sysconfig import get_path

import pytest

#: Licences that ask for no more than a notice, or for the source of their own files (MPL).
ALLOWED = (
    "0BSD|Apache[- ]2\\.0|Apache License, Version 2\\.0|Apache Software License|BSD License|"
    "BSD-[23]-Clause|CC0-1\\.0|ISC|"
    "ISC License \\(ISCL\\)|MIT|MIT License|MIT-0|MIT-CMU|MPL-2\\.0|"
    "Mozilla Public License 2\\.0 \\(MPL 2\\.0\\)|PSF-2\\.0|Python Software Foundation License|"
    "The Unlicense \\(Unlicense\\)|Unlicense|Zlib|ZPL-2\\.1"
)
NAMED = {
    # Public domain; its GPL file is an Emacs mode, which nothing here loads.
    "docutils": {"Public Domain", "GNU General Public License (GPL)"},
    # The exception allows any use of a program that merely contains the compiler's runtime.
    "numpy": {"GPL-3.0-or-later WITH GCC-exception-3.1", "Apache-2.0 WITH LLVM-exception"},
    # Its metadata names none; its LICENSE.txt is the MIT licence.
    "pkginfo": {"none named"},
}


def licences(distribution: Distribution) -> set[str]:
    """Return every licence that a package's metadata names."""
    metadata = distribution.metadata
    if expression := metadata.get("License-Expression"):
        return {part.strip("() ") for part in re.split(r" AND | OR ", expression)}
    classifiers = metadata.get_all("Classifier") or []
    named = {text.split(" :: ")[-1] for text in classifiers if text.startswith("License")}
    return named - {"OSI Approved"} or {(metadata.get("License") or "none named").split("\n")[0]}


def installed() -> list[Distribution]:
    """Return the packages of this environment, by name.

    Not what a package carries inside for itself, such as setuptools, which puts that on the path
    of whoever imports it.
    """
    return sorted(distributions(path=[get_path("purelib")]), key=lambda one: one.name.lower())


@pytest.mark.parametrize("distribution", installed(), ids=lambda one: one.name)
def test_a_package_has_a_licence_that_fits(distribution: Distribution) -> None:
    known = NAMED.get(distribution.name.lower(), set())
    strange = {
        licence for licence in licences(distribution) if not re.fullmatch(ALLOWED, licence)
    } - known
    assert not strange, f"{distribution.name}: read these licences before it is used: {strange}"

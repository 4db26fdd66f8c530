"""A lesson's tests are those of a learner: see tests/helpers/course/conftest.py."""

from __future__ import annotations

from tests.helpers.course.conftest import place

__all__ = ["place"]

"""What every test runs under: no AWS settings of the person's own, and no silent gaps."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest
from hypothesis import settings

from tests.needs import NOT_RUN, TOOLS, absent, nothing_may_be_left_out

#: Machines differ in speed, so no property fails for slowness; CI repeats the same examples.
settings.register_profile("course", deadline=None, derandomize=nothing_may_be_left_out())
settings.load_profile("course")


def pytest_configure() -> None:
    """Leave no credentials, profile or endpoint of the person's own within a test's reach; nor
    what `make test` tells a make that a test calls, which would have it speak otherwise."""
    makes = ("MAKEFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "MFLAGS", "ARGS")
    for name in [name for name in os.environ if name.startswith("AWS_") or name in makes]:
        del os.environ[name]
    os.environ["AWS_CONFIG_FILE"] = os.environ["AWS_SHARED_CREDENTIALS_FILE"] = os.devnull
    # A run in a shell's background ignores Ctrl+C, and so would servers that a test stops by it.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


#: The rooms whose files take longest for their number of tests: browsers, kernels, whole classes.
LONG = ("web", "browser", "classroom", "notebooks", "platform")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the long files first: at the end of a parallel run no worker waits for one of them."""
    rooms = tuple(f"{Path(__file__).parent / room}{os.sep}" for room in LONG)
    items.sort(key=lambda item: not str(item.path).startswith(rooms))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three workers for two processors: many tests wait for a browser, a server or a clock."""
    return max(2, (os.cpu_count() or 2) * 3 // 2)


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose system tool is absent; under CI, fail it."""
    tools = [tool for mark in item.iter_markers("needs") for tool in mark.args]
    unknown = [tool for tool in tools if tool not in TOOLS]
    if unknown:
        pytest.fail(f"needs({unknown[0]!r}): name it in tests/needs.py first", pytrace=False)
    reason = absent(tools)
    if reason and nothing_may_be_left_out():
        pytest.fail(reason, pytrace=False)
    if reason:
        pytest.skip(reason)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """List the tests that were not run, and the lines that install what they need."""
    reasons: dict[str, list[str]] = {}
    for report in terminalreporter.stats.get("skipped", []):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else ""
        _, found, reason = reason.partition(NOT_RUN)
        if found:
            reasons.setdefault(reason, []).append(report.nodeid)
    if reasons:
        terminalreporter.section("not run")
    for reason, tests in sorted(reasons.items()):
        terminalreporter.write_line(reason)
        for test in tests:
            terminalreporter.write_line(f"    {test}")

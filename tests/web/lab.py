"""JupyterLab as the site serves it, driven in Chromium by its own app object."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from web.pages import live

ROOT = Path(__file__).parents[2]
START = "notebooks/00_start_here.ipynb"
OTHER = "notebooks/01_encryption_concepts.ipynb"
WRONG = 'dynamodb.put_item(TableName=lab.table_name, Item={"player_id": {"S": "p-010"}})'
RIGHT = WRONG.replace("}})", '}, "name": {"S": "Noor"}})')
#: How long a first cell may take, in milliseconds: Python, its packages and a busy machine.
PATIENCE = 300_000
READY = "window.jupyterapp?.shell?.currentWidget?.content?.model?.cells?.length"
LOADED = "async () => window.jupyterapp.shell.currentWidget.context.ready"
RUN = """async ([index, source]) => {
    const {commands, shell} = window.jupyterapp, notebook = shell.currentWidget.content;
    if (source !== null) notebook.model.cells.get(index).sharedModel.setSource(source);
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    await commands.execute('notebook:run-cell');
    return notebook.model.cells.get(index).toJSON().outputs;
}"""
RUN_ALL = """async () => {
    const {commands, shell} = window.jupyterapp, notebook = shell.currentWidget.content;
    await commands.execute('notebook:run-all-cells');
    return [...notebook.model.cells].map(cell => cell.toJSON())
        .filter(cell => cell.cell_type === 'code');
}"""
SAVE = "async () => window.jupyterapp.commands.execute('docmanager:save')"
RESTART = """async () => {
    const session = window.jupyterapp.shell.currentWidget.sessionContext;
    await session.session.kernel.restart();
    await session.session.kernel.info;
}"""
#: The first cell of an open notebook, by its path; and another text for a cell of the one in front.
FIRST = """path => [...window.jupyterapp.shell.widgets('main')]
    .find(widget => widget.context?.path === path).content.model.cells.get(0).sharedModel.source"""
WRITE = """([at, source]) => window.jupyterapp.shell.currentWidget.content.model.cells.get(at)
    .sharedModel.setSource(source)"""
TABS = "[...window.jupyterapp.shell.widgets('main')].map(widget => widget.title.label)"
CHANGED = "window.jupyterapp.shell.currentWidget.context.model.dirty"
#: What deleting it in the list of files does.
DELETE = "async path => window.jupyterapp.serviceManager.contents.delete(path)"
CLOSE = """async () => {
    const {commands, serviceManager} = window.jupyterapp;
    await serviceManager.sessions.shutdownAll();
    await commands.execute('application:close-all').catch(() => {});
}"""


def opened(page: Any, address: str, notebook: str) -> None:
    """Open a notebook of the site, as its front page does."""
    page.set_default_timeout(PATIENCE)
    page.goto(f"{address}/{live(notebook)}")
    ready(page)


def ready(page: Any) -> None:
    """Wait until a notebook is open and its kernel answers."""
    page.wait_for_function(READY)
    page.evaluate(
        """async () => {
            const widget = window.jupyterapp.shell.currentWidget;
            await widget.context.ready;
            await widget.sessionContext.ready;
            await widget.sessionContext.session.kernel.info;
        }"""
    )


def run(page: Any, index: int, source: str | None = None) -> str:
    """Run a cell of the open notebook, with another source if one is given.

    Returns:
        What it shows, as text; an error as its message.
    """
    outputs: list[dict[str, Any]] = page.evaluate(RUN, [index, source])
    return shown(outputs)


def run_all(page: Any) -> list[dict[str, Any]]:
    """Run all cells of the open notebook, and return its code cells."""
    cells: list[dict[str, Any]] = page.evaluate(RUN_ALL)
    return cells


def shown(outputs: list[dict[str, Any]]) -> str:
    """What outputs say, one after another."""
    said = []
    for one in outputs:
        if one["output_type"] == "error":
            said.append(f"error: {one['evalue']}")
        else:
            text = one.get("text") or one["data"].get("text/plain", "")
            said.append(text if isinstance(text, str) else "".join(text))
    return "\n".join(said)


def cell_with(text: str, notebook: str = START) -> int:
    """Return the place of a cell among those of a notebook."""
    cells = json.loads((ROOT / notebook).read_text("utf-8"))["cells"]
    return next(
        at
        for at, cell in enumerate(cells)
        if cell["cell_type"] == "code" and text in "".join(cell["source"])
    )


def solved(page: Any) -> str:
    """Do the exercise of the first notebook, and return what its check says."""
    run(page, cell_with("open_lab"))
    run(page, cell_with("dynamodb = boto3"))
    run(page, cell_with("# Write your call here."), RIGHT)
    said = run(page, cell_with('check("0.1")'))
    assert "Correct" in said
    return said

"""JupyterLab as static files: JupyterLite's own build, from nothing each time."""

from __future__ import annotations

import json
import re
import shutil
import sys
from pathlib import Path

from jupyterlite_pyodide_kernel.constants import PYODIDE_KERNEL_NPM_NAME, PYODIDE_KERNEL_PLUGIN_ID

from authoring.lesson import read_all
from web.commands import SiteError, run
from web.parts import COURSE, HERE, ROOT, copy, labextension
from web.runtime import PRELOAD

#: What JupyterLab's pages are called in the browser's tab.
NAME = "Encrypt data with AWS KMS"
#: The icon of the site's pages, drawn in templates.
ICON = "icon.svg"
#: Files' times on the site, so that two builds are the same.
EPOCH = 315532800
#: Packages of the site's Python that have a half in JupyterLab's pages, and its name there.
HALVES = {"anywidget": "anywidget", "ipywidgets": "@jupyter-widgets/jupyterlab-manager"}
#: In `lab` a link from one notebook to the next opens it in a tab beside it; in `notebooks` it
#: leads to a list of files.
APPS = ["lab"]
#: Beside those of `make lab`: light or dark as the person's system is, no time of files, which are
#: all of one, and no kernel without its notebook.
SETTINGS = {
    "@jupyterlab/apputils-extension:themes": {"adaptive-theme": True},
    "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
    # Each notebook has a Python of its own, which takes much of a browser's memory.
    "@jupyterlab/notebook-extension:tracker": {"kernelShutdown": True},
}
#: What the site's kernel makes of a notebook's metadata. A notebook that has something else there
#: counts as changed once it is opened, and is then kept as the learner's own.
METADATA = {
    "kernelspec": {"name": "python", "display_name": "Python (Pyodide)", "language": "python"},
    "language_info": {
        "codemirror_mode": {"name": "python", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "nbconvert_exporter": "python",
        "pygments_lexer": "ipython3",
        "version": "3.8",
    },
}
_HOLDER = re.compile(r'<script id="jupyter-config-data".*?</script>', re.DOTALL)


def build(runtime: Path, out: Path, work: Path, contents: Path) -> None:
    """Build JupyterLite into ``out``.

    Args:
        runtime: the folder with Pyodide and the wheels.
        out: the site's folder, which is made.
        work: a folder for what is only needed on the way.
        contents: a folder with the files of the drive.

    Raises:
        SiteError: JupyterLite's build failed, or it would load Python from elsewhere.
    """
    work.mkdir(parents=True)
    (work / "static").mkdir()
    _configure(runtime, out, work)
    runtime.rename(work / "static" / "pyodide")
    contents.rename(work / "contents")
    run(
        *(sys.executable, "-m", "jupyter", "lite", "build", "--lite-dir", "."),
        failed="JupyterLite's build failed:",
        missing=f"There is no Python at {sys.executable}.",
        at=work,
        SOURCE_DATE_EPOCH=str(EPOCH),
    )
    shutil.copyfile(HERE / "templates" / ICON, out / ICON)
    (out / "lab" / "favicon.ico").unlink()
    if "./static/pyodide/pyodide.mjs" not in (out / "jupyter-lite.json").read_text("utf-8"):
        raise SiteError("JupyterLite's build does not load Python from the site itself.")


def configuration(out: Path) -> str:
    """Return the element of the built first page that the apps read their settings from.

    JupyterLab's pages fetch the site's first page for it: a first page without it leaves every
    notebook blank.

    Raises:
        SiteError: the page has none.
    """
    found = _HOLDER.search((out / "index.html").read_text("utf-8"))
    if found is None:
        raise SiteError("JupyterLite's first page has no jupyter-config-data: its layout changed.")
    return found.group()


def contents(place: Path) -> None:
    """Write the learner's files: notebooks, solved ones beside them, and pages they link to."""
    for folder in ("notebooks", "docs"):
        copy(ROOT / folder, place / folder)
    lessons = {one.name for one in read_all(ROOT / "lessons")}
    for path in (place / "notebooks").rglob("*.ipynb"):
        if path.stem.removeprefix("solved_") not in lessons:  # somebody's own
            path.unlink()
            continue
        notebook = json.loads(path.read_text("utf-8"))
        notebook["metadata"] |= METADATA
        text = json.dumps(notebook, indent=1, ensure_ascii=False)
        path.write_text(f"{text}\n", encoding="utf-8")


def _pages(loaded: list[str]) -> dict[str, object]:
    kernel = {
        "disablePyPIFallback": True,  # nothing is fetched from anywhere else
        "loadPyodideOptions": {"packages": loaded},
    }
    data = {
        "appName": NAME,
        "exposeAppInBrowser": True,
        "faviconUrl": f"./{ICON}",  # Lite's own is of 300 kB
        "litePluginSettings": {PYODIDE_KERNEL_PLUGIN_ID: kernel},
    }
    return {"jupyter-lite-schema-version": 0, "jupyter-config-data": data}


def _settings(out: Path, extensions: list[str]) -> dict[str, object]:
    return {
        "apps": APPS,
        "contents": ["contents"],
        "output_dir": str(out.resolve()),
        "no_sourcemaps": True,
        "no_unused_shared_packages": True,
        # Of the extensions beside this Python only those named, not an author's own.
        "ignore_sys_prefix": ["federated_extensions"],
        "federated_extensions": [str(labextension(name)) for name in extensions],
    }


def _configure(runtime: Path, out: Path, work: Path) -> None:
    """Write what JupyterLite's build reads, and what its pages read later."""
    packages = json.loads((runtime / "pyodide-lock.json").read_text("utf-8"))["packages"]
    extensions = [PYODIDE_KERNEL_NPM_NAME, *(HALVES[name] for name in HALVES if name in packages)]
    ours = ROOT / ".jupyter" / "labconfig" / "default_setting_overrides.json"
    # All at once, while the page is drawn; a cell that imports the course then waits for nothing.
    loaded = [*PRELOAD, *({COURSE} & packages.keys())]
    files = {
        "overrides.json": json.loads(ours.read_text("utf-8")) | SETTINGS,
        "jupyter-lite.json": _pages(loaded),
        "jupyter_lite_config.json": {"LiteBuildConfig": _settings(out, extensions)},
    }
    for name, content in files.items():
        (work / name).write_text(json.dumps(content), encoding="utf-8")

// node bytecode.mjs CORE FOLDER SITE_PACKAGES KEPT...
// Compiles every Python file below FOLDER with the very interpreter that will run it, which saves
// the browser that work at each start. The source stays beside its bytecode in the top-level
// packages KEPT, so that their tracebacks show lines; elsewhere bytecode takes the source's place.
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [core, folder, site, ...kept] = process.argv.slice(2);
const {loadPyodide} = await import(pathToFileURL(path.resolve(core, 'pyodide.mjs')));
// Sets of constants are written in the order of their hashes.
const python = await loadPyodide({indexURL: path.resolve(core) + '/', env: {PYTHONHASHSEED: '0'}});
python.FS.mkdir('/work');
python.FS.mount(python.FS.filesystems.NODEFS, {root: path.resolve(folder)}, '/work');
python.globals.set('site', site);
python.globals.set('kept', python.toPy(kept));
python.runPython(`
import importlib.util
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

for source in sorted(Path("/work").rglob("*.py")):
    name, text = source.relative_to("/work"), source.read_bytes()
    try:
        code = compile(text, f"{site}/{name}", "exec", dont_inherit=True)
    except SyntaxError:  # a template, or a test of syntax errors
        continue
    # Never compared with the source: a wheel's files do not change.
    made = _code_to_hash_pyc(code, importlib.util.source_hash(text), False)
    if name.parts[0] in kept:
        place = Path(importlib.util.cache_from_source(str(source)))
        place.parent.mkdir(exist_ok=True)
    else:
        place = source.with_suffix(".pyc")
        source.unlink()
    place.write_bytes(made)
`);
process.exit(0);

// node bytecode.mjs CORE FOLDER SITE_PACKAGES PLAN.json
// Compiles Python files below FOLDER with the very interpreter that will run them, which saves the
// browser that work at each start. PLAN names them: the modules that a start imports, and top-level
// packages of which all are compiled. In the packages that it names as kept the source stays beside
// its bytecode, so that their tracebacks show lines; elsewhere bytecode takes the source's place.
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [core, folder, site, plan] = process.argv.slice(2);
const {loadPyodide} = await import(pathToFileURL(path.resolve(core, 'pyodide.mjs')));
// Sets of constants are written in the order of their hashes.
const python = await loadPyodide({indexURL: path.resolve(core) + '/', env: {PYTHONHASHSEED: '0'}});
python.FS.mkdir('/work');
python.FS.mount(python.FS.filesystems.NODEFS, {root: path.resolve(folder)}, '/work');
python.globals.set('site', site);
python.globals.set('plan', python.toPy(JSON.parse(fs.readFileSync(plan))));
python.runPython(`
import importlib.util
from importlib._bootstrap_external import _code_to_hash_pyc
from pathlib import Path

imported = set(plan["imported"])
for source in sorted(Path("/work").rglob("*.py")):
    name, text = source.relative_to("/work"), source.read_bytes()
    module = ".".join(name.with_suffix("").parts).removesuffix(".__init__")
    if module not in imported and name.parts[0] not in plan["whole"]:
        continue
    try:
        code = compile(text, f"{site}/{name}", "exec", dont_inherit=True)
    except SyntaxError:  # a template, or a test of syntax errors
        continue
    # Never compared with the source: a wheel's files do not change.
    made = _code_to_hash_pyc(code, importlib.util.source_hash(text), False)
    if name.parts[0] in plan["kept"]:
        place = Path(importlib.util.cache_from_source(str(source)))
        place.parent.mkdir(exist_ok=True)
    else:
        place = source.with_suffix(".pyc")
        source.unlink()
    place.write_bytes(made)
`);
process.exit(0);

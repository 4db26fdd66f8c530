// node notebooks.mjs PYODIDE LOCK DRIVE NOTEBOOK... < in_pyodide.py
// Loads the site's own Python in Node and runs notebooks of the folder DRIVE in it, one after
// another. Writes a line of JSON for each: its cells, or what stopped it.
import fs from 'node:fs';
import path from 'node:path';
import {pathToFileURL} from 'node:url';

const [pyodide, lock, drive, ...notebooks] = process.argv.slice(2);
const {loadPyodide} = await import(pathToFileURL(path.join(pyodide, 'pyodide.mjs')));
const python = await loadPyodide({
  indexURL: pyodide + '/', packageBaseUrl: pyodide + '/', packages: ['ipython'],
  lockFileContents: JSON.parse(fs.readFileSync(lock)), stdout: () => {}, stderr: () => {},
});
python.FS.mkdir('/drive');
python.FS.mount(python.FS.filesystems.NODEFS, {root: drive}, '/drive');
const quiet = {messageCallback: () => {}, errorCallback: () => {}};
python.globals.set('load', source => python.loadPackagesFromImports(source, quiet));
python.FS.writeFile('/home/pyodide/in_pyodide.py', fs.readFileSync(0));
for (const notebook of notebooks) {
  python.globals.set('notebook', '/drive/' + notebook);
  try {
    const cells = await python.runPythonAsync(`
import json, os, in_pyodide
os.chdir(os.path.dirname(notebook))
json.dumps(await in_pyodide.run(notebook, load))`);
    console.log(JSON.stringify({notebook, cells: JSON.parse(cells)}));
  } catch (error) {
    console.log(JSON.stringify({notebook, stopped: String(error)}));
  }
}
process.exit(0);

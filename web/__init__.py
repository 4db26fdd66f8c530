"""The course as static files that run in a browser: JupyterLite, and Pyodide as its Python.

``python -m web`` builds the site from this folder's sources, from npm's ``pyodide`` and from the
packages that ``wheels.lock`` names. Nothing of it is imported by the course itself.
"""

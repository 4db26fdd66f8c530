#!/bin/sh
# Runs a Python script with the newest Python that the course can use, or says which one is missing.
# PYTHON=/path/to/python chooses another.
set -u
# Tried, not only looked up: a version manager may have a name on PATH that starts nothing.
suits() {
    answer=$("$1" -c 'import sys; print((3, 11) <= sys.version_info[:2] <= (3, 14))' 2>/dev/null)
    [ "$answer" = True ]
}

if [ -n "${PYTHON:-}" ]; then
    suits "$PYTHON" && exec "$PYTHON" "$@"
    found=$("$PYTHON" -V 2>&1 | grep '^Python') || found="not a Python"
    echo "PYTHON=$PYTHON is $found: give the path of a Python 3.11 to 3.14." >&2
    exit 1
fi

for candidate in python3.13 python3.12 python3.11 python3.14 python3 python; do
    suits "$candidate" && exec "$candidate" "$@"
done
if candidate=$(uv python find --no-python-downloads '>=3.11,<3.15' 2>/dev/null); then
    exec "$candidate" "$@"
fi
found=$(python3 -V 2>/dev/null) || found="none"
echo "The course needs Python 3.11 to 3.14, and found $found: install one (python.org has them) and try again." >&2
exit 1

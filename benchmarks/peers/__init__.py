"""The sandbox beside other emulators, each served: speed, memory, and behaviours that hold.

``python -m benchmarks.peers`` installs them from PyPI into an environment that is thrown away, and
prints a table for sandbox/README.md. It takes some minutes and the network, and is no part of CI.
"""

"""What ``python -m refusal`` does: a module for each command.

- ``serve``: a sandbox over HTTP.
- ``allows``: may this principal do this, under policies from files?
"""

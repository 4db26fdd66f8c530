"""AWS Security Token Service: temporary credentials that carry policies and come to an end.

- ``service``: STS as the gate sees it. ``session_policies``: what limits a session. ``carried``:
  what it carries on.
"""

from .service import Sts

__all__ = ["Sts"]

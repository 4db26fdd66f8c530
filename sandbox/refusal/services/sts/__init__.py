"""AWS Security Token Service: temporary credentials that carry policies and come to an end.

- ``service``: STS as the gate sees it. ``session_policies``: what limits a session.
"""

from .service import Sts

__all__ = ["Sts"]

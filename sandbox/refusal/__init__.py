"""moto that behaves like AWS: it denies, and it encrypts at rest."""

from .errors import SandboxError
from .sandbox import Sandbox

__all__ = ["Sandbox", "SandboxError"]

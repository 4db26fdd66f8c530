"""The loader of AWS's service models, shared with moto."""

from __future__ import annotations

from botocore.loaders import create_loader

#: One for all models, and for moto's: each loader lists every service of AWS first.
LOADER = create_loader()

"""AWS Identity and Access Management: moto's, with what it lacks added.

- ``service``: IAM as the gate sees it. ``resources``: what an operation is on.
- ``documents``: policies that are put. ``managed``: AWS managed policies.
- ``limits``: quotas and tags. ``paging``: lists page by page.
- ``changes``: conflicts, permissions boundaries and renames, which moto forgets.
- ``simulate``: the policy simulator. ``sources``: the policies of a simulation.
"""

from .service import Iam

__all__ = ["Iam"]

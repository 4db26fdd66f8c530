"""AWS KMS: the sandbox's own, with policies, grants, key states and real ciphertexts.

- ``service``: KMS as the gate sees it. ``operation``: a row of the tables of operations, which
  are in ``lifecycle``, ``aliases``, ``encryption``, ``signing``, ``grants``, ``rotation`` and
  ``last_use``.
- ``permissions``: what a call needs to be allowed; ``condition_keys``: with which condition keys.
- ``key``: one key. ``key_grants``: a grant, and the grants of one key. ``policies``: a key's
  policy. ``inventory``: all keys and aliases of all accounts; ``identifiers``: how a request names
  one. ``managed_keys``: the AWS managed keys.
- ``crypto`` and ``asymmetric``: ciphertexts and signatures. ``listing``: lists in pages.
  ``principals``: the users and roles that policies and grants name.
"""

from .key import Key
from .service import OPERATIONS, Kms

__all__ = ["OPERATIONS", "Key", "Kms"]

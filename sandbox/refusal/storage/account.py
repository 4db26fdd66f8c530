"""What of a sandbox is its account: gathered for a file, and applied to a sandbox that starts."""

from __future__ import annotations

import datetime
import random
from typing import Any

from ..errors import SandboxError
from ..gate import Gate
from ..moto import accounts as moto_accounts
from ..moto import process
from ..services.registry import Services
from .graph import Reader, Writer


def gather(gate: Gate, services: Services) -> Any:
    """An account as JSON has it; nothing may change it meanwhile.

    Raises:
        SandboxError: there is something in it that has no form in a file.
    """
    backends = moto_accounts.backends()
    writer = Writer(_outside(gate, backends))
    state = {name: writer.write(held, name) for name, held in _state(gate, services).items()}
    moto = {
        name: {n: writer.write(v, f"{name}.{n}") for n, v in vars(backend).items()}
        for name, backend in backends.items()
    }
    return {
        "time": gate.clock.now().isoformat(),
        "randomness": {
            "seed": gate.entropy.seed,
            "streams": {name: _kept(one) for name, one in gate.entropy.streams.items()},
            "moto": _kept(process.randomness()),
        },
        "state": state,
        "moto": moto,
        "objects": writer.objects,
    }


def seed_of(account: Any) -> int | str:
    """The seed of the sandbox that was saved.

    Raises:
        SandboxError: none is there.
    """
    try:
        seed = account["randomness"]["seed"]
    except (TypeError, LookupError):
        seed = None
    if not isinstance(seed, int | str):
        raise SandboxError("This account cannot be loaded: it has no seed.")
    return seed


def apply(account: Any, gate: Gate, services: Services) -> None:
    """Put a saved account into a sandbox that is empty.

    Raises:
        SandboxError: what was saved is not what this library reads.
    """
    try:
        _apply(account, gate, services)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError) as error:
        raise SandboxError(
            f"This account cannot be loaded: it holds what the library does not read ({error})."
        ) from error


def _apply(account: Any, gate: Gate, services: Services) -> None:
    backends = {name: moto_accounts.backend(name) for name in account["moto"]}
    reader = Reader(_outside(gate, backends), account["objects"])
    # Read as a whole first: what cannot be read has changed nothing.
    found = {name: reader.read(held) for name, held in account["state"].items()}
    inside = {
        name: {n: reader.read(v) for n, v in held.items()} for name, held in account["moto"].items()
    }
    for name, holder in _state(gate, services).items():
        holder.clear()
        holder.update(found[name])
    for name, attributes in inside.items():
        vars(backends[name]).update(attributes)
    randomness = account["randomness"]
    for name, kept in randomness["streams"].items():
        _set(gate.entropy.stream(name), kept)
    _set(process.randomness(), randomness["moto"])
    gate.clock.resume(datetime.datetime.fromisoformat(account["time"]))
    gate.directory.forget()
    services.kms.resume()
    services.dynamodb.tables.states.resume()


def _outside(gate: Gate, backends: dict[str, Any]) -> dict[str, object]:
    return {"gate": gate, "clock": gate.clock, "entropy": gate.entropy, **backends}


def _state(gate: Gate, services: Services) -> dict[str, dict[Any, Any]]:
    """The mappings that hold what the services know, by name."""
    tables = services.dynamodb.tables
    return {
        "sessions": gate.directory.sessions,
        "boundaries of users": gate.directory.user_boundaries,
        **services.kms.holdings(),
        "tables": tables.states.by_address,
        "backups": tables.states.backups,
        "keys that AWS owns": tables.keys.owned,
    }


def _kept(source: random.Random) -> list[Any]:
    version, numbers, gauss = source.getstate()
    return [version, list(numbers), gauss]


def _set(source: random.Random, kept: Any) -> None:
    version, numbers, gauss = kept
    source.setstate((version, tuple(numbers), gauss))

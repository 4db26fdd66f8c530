"""How to grade: where things are, what an answer may take, and what a mark so depends on."""

from __future__ import annotations

import hashlib
import hmac
import json
import math
import os
from dataclasses import asdict, dataclass, field
from pathlib import Path

from helpers.paths import ROOT

from .errors import GradingError
from .run import isolation
from .run.channel import ProcessLimits
from .seeds import read_secret

#: JupyterLab writes them beside what it opens.
_CHECKPOINTS = ".ipynb_checkpoints"
#: Whose code says what a mark is.
_ROOMS = ("authoring", "classroom", "helpers", "lessons", "sandbox")
_LETTERS = 24
#: Seconds.
_LEAST_PATIENCE, _MOST_PATIENCE = 10, 60


@dataclass(frozen=True, slots=True)
class Limits:
    """What a student's process may take.

    Attributes:
        seconds: for one answer, and for one call of a student's function.
        memory: bytes, for all that the answers start.
        processor: seconds of processor time for one process.
    """

    seconds: float = 20
    memory: int = 2 * 1024**3
    processor: int = 600

    @property
    def patience(self) -> float:
        """Seconds for whatever is not an answer of the student's, such as a cell of the course."""
        return max(_LEAST_PATIENCE, min(_MOST_PATIENCE, 3 * self.seconds))

    def for_process(self, *, isolated: bool, until: float = math.inf) -> ProcessLimits:
        """What the keeper of a student's process is told.

        Args:
            until: when it ends the process at the latest, by ``time.monotonic``.
        """
        limits: ProcessLimits = {
            "isolated": isolated,
            "memory": self.memory,
            "seconds": self.processor,
            "until": until,
        }
        return limits


@dataclass(frozen=True)
class Options:
    """How to grade.

    Attributes:
        secret: the file with the class secret.
        criteria: the instructor's file of hidden criteria, if there is one.
        release: the folder of the official notebooks; the course's own if left out.
        jobs: how many submissions at once.
        unisolated: run answers without isolation. Every mark is then provisional.
        limits: what one answer may take.
        seconds: what one submission may take, all its answers together.
    """

    secret: Path
    criteria: Path | None = None
    release: Path = ROOT / "notebooks"
    jobs: int = field(default_factory=lambda: os.cpu_count() or 1)
    unisolated: bool = False
    limits: Limits = field(default_factory=Limits)
    seconds: float = 600

    def __post_init__(self) -> None:
        for shown in map(Path, isolation.visible_paths()):
            for hidden in filter(None, (self.secret, self.criteria)):
                if hidden.resolve().is_relative_to(shown.resolve()):
                    raise GradingError(f"Answers could read {hidden}: move it out of {shown}.")

    def fingerprint(self) -> str:
        """All that a mark depends on beside the submission: a change in it means grading again.

        Raises:
            GradingError: the secret, the criteria or an official notebook cannot be read.
        """
        parts: list[object] = [asdict(self.limits), self.unisolated, self.seconds]
        digest = hashlib.sha256(json.dumps(parts).encode())
        files = [file for room in _ROOMS for file in sorted((ROOT / room).rglob("*.py"))]
        files += sorted((ROOT / "lessons").rglob("*.toml"))
        files += (x for x in sorted(self.release.rglob("*.ipynb")) if _CHECKPOINTS not in x.parts)
        for path in [*files, *filter(None, [self.criteria])]:
            try:
                digest.update(path.read_bytes())
            except OSError as error:
                raise GradingError(f"{path} cannot be read: {error.strerror}.") from None
        mac = hmac.new(read_secret(self.secret), digest.digest(), hashlib.sha256)
        return mac.hexdigest()[:_LETTERS]

"""What a session carries on to the sessions that it makes: transitive tags and a source identity.

IAM User Guide, "Pass session tags in AWS STS" and "Monitor and control actions taken with assumed
roles".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from ...errors import AwsError
from ...requests.callers import Session
from ...requests.calls import Call, ContextValue

_NOBODY: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class Carried:
    """What a new session has of the request for it, and of the session that asked.

    Attributes:
        tags: its session tags.
        transitive: the keys of those that go on to further sessions.
        source_identity: who is behind the chain; empty if nobody said.
    """

    tags: Mapping[str, str] = field(default_factory=dict)
    transitive: tuple[str, ...] = ()
    source_identity: str = ""


def carried(call: Call, session: Session | None) -> Carried:
    """What a new session has.

    Args:
        session: the one that asks; None for a user.

    Raises:
        AwsError: ``InvalidParameterValue`` for tags that STS does not take (H64, H82),
            ``AccessDenied`` for another source identity than the session has, in the sandbox's
            own words.
    """
    requested = {str(tag["Key"]): str(tag["Value"]) for tag in call.params.get("Tags", ())}
    _check_keys(call)
    incoming = _incoming(session)
    wanted = call.params.get("TransitiveTagKeys", ())
    lowered = {key.lower() for key in requested}
    if any(key.lower() not in lowered for key in wanted):
        raise _invalid("The specified transitive tag key must be included in the requested tags.")
    if any(key.lower() in lowered for key in incoming):
        raise _invalid(
            "One of the specified transitive tag keys can't be set because it conflicts with a "
            "transitive tag key from the calling session."
        )
    tags = {**incoming, **requested}
    return Carried(tags, (*incoming, *wanted), _source_identity(call, session))


def _incoming(session: Session | None) -> Mapping[str, str]:
    if session is None:
        return _NOBODY
    kept = {key.lower() for key in session.transitive}
    return {key: value for key, value in session.tags.items() if key.lower() in kept}


def _source_identity(call: Call, session: Session | None) -> str:
    held = session.caller.source_identity if session is not None else ""
    wanted = str(call.params.get("SourceIdentity", held))
    if held and wanted != held:
        text = f"The source identity of this session is {held}; it cannot be set to {wanted}."
        raise AwsError("AccessDenied", text, 403)
    return wanted


def _check_keys(call: Call) -> None:
    lowered = [str(tag["Key"]).lower() for tag in call.params.get("Tags", ())]
    if len(set(lowered)) < len(lowered):
        raise _invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
    if any(key.startswith("aws:") for key in lowered):
        # Reserved ("Pass session tags in AWS STS"); the wording is the sandbox's own.
        raise _invalid("Session tag keys that begin with aws: are reserved for AWS.")


def _invalid(text: str) -> AwsError:
    return AwsError("InvalidParameterValue", text)


def actions(call: Call, new: Carried) -> list[str]:
    """The actions that a request for a session needs: session tags and a source identity have
    one of their own. That tags which are only inherited need none is the sandbox's
    assumption."""
    more = ["sts:TagSession"] if call.params.get("Tags") else []
    more += ["sts:SetSourceIdentity"] if new.source_identity else []
    return [call.action, *more]


def context(call: Call, new: Carried) -> dict[str, ContextValue]:
    """The condition keys that tell of tags and of the source identity in a request."""
    tags = call.params.get("Tags") or ()
    keys: dict[str, ContextValue] = {f"aws:RequestTag/{t['Key']}": t["Value"] for t in tags}
    if tags:
        keys["aws:TagKeys"] = [tag["Key"] for tag in tags]
    if wanted := call.params.get("TransitiveTagKeys"):
        keys["sts:TransitiveTagKeys"] = list(wanted)
    if new.source_identity:
        keys["sts:SourceIdentity"] = new.source_identity
    return keys

"""``policy_lab`` in a notebook of the course; see ``refusal.notebook``."""

from __future__ import annotations

import contextlib
from typing import Any

from botocore.exceptions import ClientError

from helpers.display.notes import Note
from helpers.display.policy_form import PolicyForm, form
from helpers.messages import say
from refusal import notebook
from refusal.authorization import AuthorizationError

from .lab import current_lab

_KNOWN = ("policies", "key_policy", "grants", "principal", "user", "action", "resource", "context")


def policy_lab(*given: Any, **asked: Any) -> PolicyForm | Note:
    """Ask what the rules would say, without doing anything, and change what is asked.

    Args:
        given: nothing; each part has its name.
        asked: what ``refusal.notebook.policy_lab`` takes: ``policies`` by name, ``key_policy``,
            ``grants``, ``principal`` (an ARN or a name) or ``user`` (with the policies that the
            account has), ``action``, ``resource`` (the lab's own key, if it is left out) and
            ``context``.
    """
    lab = current_lab()
    someone = asked.get("user") or asked.get("principal")
    if given or set(asked) - set(_KNOWN) or not asked.get("action") or not someone:
        return Note(say("lab.who"))
    if asked.get("user") and lab is None:
        return Note(say("explain.no_lab"))
    looking: Any = contextlib.nullcontext()
    if lab is not None:
        asked.setdefault("resource", lab.names.get("key_arn", "*"))
        asked |= {"account_id": lab.account_id, "session": lab.sandbox.session()}
        # The audit trail is told nothing of it; a served sandbox cannot look away.
        looking = getattr(lab.sandbox, "unrecorded", contextlib.nullcontext)()
    try:
        with looking:
            found = notebook.policy_lab(**asked)
    except ClientError as error:
        return Note(str(error.response["Error"].get("Message", error)))
    except AuthorizationError as error:
        return Note(str(error))
    control = form(found.asked) if lab is not None and lab.controls else None
    return PolicyForm(found.result, found.asked, control)

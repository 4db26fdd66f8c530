"""An explanation says what was decided, the deciding statement first, and what does not count."""

from __future__ import annotations

import html
import json
import re
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from refusal.explain import WhatIf, what_if

KEY = "arn:aws:kms:us-east-1:123456789012:key/1"
MIRA = "arn:aws:iam::123456789012:user/mira"


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def allow(action: str = "kms:Decrypt", **more: Any) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": action, "Resource": "*", **more}


ROOT = allow("kms:*", Sid="Root", Principal={"AWS": "arn:aws:iam::123456789012:root"})
NAMED = allow("kms:Decrypt", Sid="Named", Principal={"AWS": MIRA})
OTHER = allow("kms:Decrypt", Sid="Other", Principal={"AWS": MIRA.replace("mira", "teo")})
VIA = allow(
    Sid="Via",
    Principal={"AWS": MIRA},
    Condition={"StringEquals": {"kms:ViaService": "dynamodb.us-east-1.amazonaws.com"}},
)


def asked(**given: Any) -> WhatIf:
    return what_if(**{"principal": MIRA, "action": "kms:Decrypt", "resource": KEY, **given})


def rows(result: WhatIf) -> dict[str, tuple[str, str]]:
    return {row.place: (row.state, row.applies) for row in result.explanation.steps[0].rows}


def test_what_decides_stands_first_and_has_its_name() -> None:
    result = asked(policies={"Some": document(allow("s3:*"))}, key_policy=document(ROOT, NAMED))
    assert next(iter(rows(result))) == "the key policy, Named" == result.decided_by
    assert result.allowed and "“Named” of the key policy allows it." in repr(result.explanation)


def test_an_allow_that_does_not_count_says_so() -> None:
    result = asked(policies={"Hers": document(allow())}, key_policy=document(OTHER))
    state, applies = rows(result)["Hers (identity-based), 1"]
    assert state == "does not count"
    assert applies.endswith("the key policy does not leave the decision to IAM policies")
    assert result.decided_by == "no Allow in the key policy"


def test_a_deny_takes_the_count_from_every_allow() -> None:
    deny = {**allow("kms:*"), "Effect": "Deny"}
    grant = {"GrantId": "g", "GranteePrincipal": MIRA, "Operations": ["Decrypt"]}
    hers = document(deny, allow())
    found = rows(asked(policies={"Hers": hers}, key_policy=document(NAMED), grants=[grant]))
    assert found.pop("Hers (identity-based), 1") == ("decides", "yes")
    assert {state for state, _ in found.values()} == {"does not count"}
    assert all("a Deny always wins" in applies for _, applies in found.values())


def test_a_condition_that_fails_is_near_and_named() -> None:
    result = asked(key_policy=document(VIA), context={"kms:ViaService": "ec2.us-east-1.x"})
    state, applies = rows(result)["the key policy, Via"]
    assert (state, applies) == ("nearly", "no: the request has another value (kms:ViaService)")


def test_what_has_nothing_to_do_with_it_is_folded() -> None:
    many = document(*[allow(f"s3:Get{n}") for n in range(8)])
    told = asked(policies={"S3": many}, key_policy=document(ROOT)).explanation
    assert "8 more that do not apply, in S3 (identity-based)" in repr(told)
    page = told._repr_html_()
    folded = page.index("<details><summary>8 more that do not apply")
    assert page.index(">Root<") < folded < page.index("names other actions")


def test_a_statement_opens_to_its_json_with_the_failing_part_marked() -> None:
    page = asked(key_policy=document(VIA)).explanation._repr_html_()
    opened = page.partition("<summary>Via</summary>")[2].partition("</details>")[0]
    marked = re.findall("<mark>(.*?)</mark>", opened, re.DOTALL)
    assert len(marked) == 1 and '"Condition"' in html.unescape(marked[0])
    assert "kms:ViaService: the condition key is not in the request" in marked[0]
    plain = re.sub(r"\n +← .*", "", html.unescape(re.sub("<[^>]+>", "", opened)))
    assert json.loads(plain) == VIA


@given(st.lists(st.sampled_from([ROOT, NAMED, OTHER, VIA, allow(Sid="S")]), max_size=5))
def test_every_statement_is_shown_once_and_one_decides_at_most(chosen: list[Any]) -> None:
    """And it decides where the decision says so."""
    named = [statement for statement in chosen if "Principal" in statement]
    own = [statement for statement in chosen if "Principal" not in statement]
    result = asked(policies={"Hers": document(*own)}, key_policy=document(*named))
    found = result.explanation.steps[0].rows
    assert len(found) == len(chosen)
    deciding = [row for row in found if row.state == "decides"]
    assert len(deciding) == result.allowed
    assert not any(row.state == "does not count" for row in found if result.allowed)
    told = result.explanation.to_json()["steps"][0]
    assert json.loads(json.dumps(told)) == told
    assert [row["state"] for row in told["weighed"]] == [row.state for row in found]

"""The way of a decision, drawn: every end, marked in words and in lines, and nothing else."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree

import pytest

from refusal.authorization.cases import decide_case
from refusal.explain import Explanation, Step
from refusal.notebook.drawings import decision_way
from tests.geometry import SVG, faults

ACCOUNT = "111122223333"
KEY = f"arn:aws:kms:us-east-1:{ACCOUNT}:key/1"
ALLOW = {"Effect": "Allow", "Action": "kms:Decrypt", "Resource": "*"}
ROOT = {**ALLOW, "Principal": {"AWS": ACCOUNT}}
USER, ROLE = f"arn:aws:iam::{ACCOUNT}:user/mira", f"arn:aws:iam::{ACCOUNT}:role/App"
SESSION = f"arn:aws:sts::{ACCOUNT}:assumed-role/App/s"


def policy(*statements):
    return {"Version": "2012-10-17", "Statement": list(statements)}


def decide(principal=USER, action="kms:Decrypt", resource=KEY, **world):
    request = {"principal": principal, "action": action, "resource": resource}
    return decide_case({"request": request, **world})


DENY = {**ROOT, "Effect": "Deny"}
NAMED, TO_ROLE = ({**ALLOW, "Principal": {"AWS": who}} for who in (USER, ROLE))
#: What decides -> the decision, where the way ends, and how many questions are asked.
ENDS = {
    "explicit deny": (decide(resource_policy=policy(DENY)), "explicit deny", 1),
    "key user": (decide(resource_policy=policy(NAMED)), "no IAM policy is needed", 2),
    "not enabled": (
        decide(resource_policy=policy({**ROOT, "Action": "kms:Encrypt"})),
        "no resource-based policy allows it",
        3,
    ),
    "no IAM policy": (
        decide(resource_policy=policy(ROOT)),
        "no identity-based policy allows it",
        4,
    ),
    "boundary": (
        decide(
            resource_policy=policy(ROOT),
            identity_policies=[policy(ALLOW)],
            permissions_boundary=policy({**ALLOW, "Action": "s3:*"}),
        ),
        "not within the limits",
        5,
    ),
    "IAM policy": (
        decide(resource_policy=policy(ROOT), identity_policies=[policy(ALLOW)]),
        "within the limits",
        5,
    ),
    "role": (decide(SESSION, resource_policy=policy(TO_ROLE)), "within the limits", 3),
}
each = pytest.mark.parametrize("end", ENDS)


def marked(svg: str) -> list[str]:
    """The names and texts in the boxes that stand out."""
    root = ElementTree.fromstring(svg)
    found = []
    for rect in root.iter(f"{SVG}rect"):
        if rect.get("class") in ("new", "no", "lit"):
            x, y, width, height = (float(rect.get(a, 0)) for a in ("x", "y", "width", "height"))
            found += [
                text.text or ""
                for text in root.iter(f"{SVG}text")
                if x <= float(text.get("x", 0)) <= x + width
                and y <= float(text.get("y", 0)) <= y + height
            ]
    return found


@each
def test_the_end_is_marked_and_no_other(end: str) -> None:
    decision, ends, asked = ENDS[end]
    drawn = decision_way(decision)
    texts = " ".join(marked(drawn.svg))
    assert texts.count("Here: ") == asked == drawn.alt.count("Here: ")
    assert ends in texts
    results = ("Allowed", "Denied")
    assert [text for text in marked(drawn.svg) if text in results] == [
        results[0 if decision.allowed else 1]
    ]
    assert drawn.alt.count("Not asked.") == 5 - asked


@each
def test_the_marked_lines_lead_from_question_to_question(end: str) -> None:
    decision, _, asked = ENDS[end]
    root = ElementTree.fromstring(decision_way(decision).svg)
    lines = [line for line in root.iter(f"{SVG}polyline") if line.get("class") == "line new"]
    assert len(lines) == asked


@each
def test_nothing_lies_over_anything(end: str) -> None:
    assert faults(decision_way(ENDS[end][0]).svg) == []


def test_words_and_picture_are_the_same_each_time() -> None:
    decision = ENDS["boundary"][0]
    assert decision_way(decision) == decision_way(decision)
    assert decision_way(decision)._repr_html_() == decision_way(decision)._repr_html_()


def test_an_explanation_gives_its_last_decision_about_a_key() -> None:
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"
    first = decide(action="dynamodb:GetItem", resource=table, identity_policies=[])
    second = ENDS["no IAM policy"][0]
    drawn = decision_way(Explanation([Step(first), Step(second, "DynamoDB")]))
    assert drawn == decision_way(second)
    assert "kms:Decrypt for mira" in repr(drawn)


def test_what_asked_for_no_key_is_refused_in_a_sentence() -> None:
    table = f"arn:aws:dynamodb:us-east-1:{ACCOUNT}:table/t"
    with pytest.raises(ValueError, match=r"dynamodb:GetItem on arn:aws:dynamodb.*table/t"):
        decision_way(decide(action="dynamodb:GetItem", resource=table))


def test_a_long_name_stays_inside() -> None:
    long = f"arn:aws:iam::{ACCOUNT}:user/{'m' * 64}"
    drawn = decision_way(
        decide(long, "kms:GenerateDataKeyPairWithoutPlaintext", resource_policy=policy(ROOT))
    )
    assert faults(drawn.svg) == []
    assert "m" * 64 in drawn.alt


def test_where_no_policy_was_asked_it_is_refused_in_a_sentence() -> None:
    with pytest.raises(
        ValueError, match=r"No policy was evaluated for this request\. Pass it explain"
    ):
        decision_way(Explanation([], "No policy was evaluated."))

"""Every sentence that the course's helpers say to a learner, in one place to translate.

All that belongs to one notebook is in ``lessons/NN_name/``. AWS's own messages are the sandbox's.
"""

from __future__ import annotations

from typing import Any

MESSAGES = {
    # The course
    "course.no_notebook": (
        'There is no notebook `{number}`; give its two digits, for example open_lab("05").'
    ),
    "course.no_lab": 'No lab is open in this kernel; run the set-up cell, open_lab("{notebook}").',
    "course.other_lab": (
        "This kernel has the lab of notebook {open} open, and this is for notebook {notebook}; "
        'run the set-up cell, open_lab("{notebook}"), first.'
    ),
    "course.no_exercise": "Notebook {notebook} has no exercise `{number}`; it has {known}.",
    "course.no_prediction": "Notebook {notebook} has no prediction `{number}`; it has {known}.",
    "lab.ready": "The lab of notebook {notebook} is ready: {contents}. Nothing here is real AWS.",
    "lab.empty": "an empty account",
    "lab.below": "it has what is listed here",
    "lab.served": "Another process serves this lab's sandbox; only there can answers be checked.",
    "lab.no_name": "This lab has no `{name}`; it has {known}.",
    "lab.no_user": "There is no user `{name}` in this lab; there are {known}.",
    "lab.too_many_keys": (
        "The user `{name}` has two access keys already, and AWS allows no third; "
        "run the set-up cell to start over."
    ),
    # Predictions and the quiz
    "predict.ask": (
        "No answer yet. Put {letters} in place of the dots, run this cell, and then go on."
    ),
    "predict.noted": "You say {answer}: {text} Noted. Go on and see.",
    "predict.no_option": "`{answer}` is none of the options; choose {letters}.",
    "predict.right": "You said {answer}, and that is what happens. {why}",
    "predict.wrong": "You said {answer}. {why} What happens is {right}: {right_text} {right_why}",
    "predict.none": "You made no prediction. What happens is {right}: {right_text} {right_why}",
    "quiz.ask": "Nothing answered yet. Put a letter in place of the dots, and run this cell.",
    "quiz.score": "{right} of {total} right.",
    "quiz.open": "Not answered yet.",
    "quiz.unknown": "The quiz has no question {names}; it has {known}.",
    "quiz.shape": 'Give your answers as a dictionary, for example quiz("05", {{"q1": "b"}}).',
    "word.right": "Right",
    "word.wrong": "Not right",
    "word.open": "Open",
    "word.done": "Done",
    # Checks and hints
    "check.correct": "Correct",
    "check.not yet": "Not yet",
    "check.not attempted": "Not attempted",
    "check.raised": "Your code raised an error",
    "check.not checked": "Could not be checked",
    "check.expected_seen": "Expected: {expected} Seen: {seen}",
    "check.dots": "The dots are still there. Write your answer in the cell above, and run it.",
    "check.learner_error": "It stopped with {error}.",
    "check.our_fault": (
        "This is the course's fault and not yours ({error}). Please report it; "
        "the notebook's last cell says how."
    ),
    "check.given": "This check is given {wanted}: call it as check({call}).",
    "check.nothing": "only its number",
    "hint.next": "Hint {number} of {total}: {hint}",
    "hint.none_left": "There is no further hint. The last one was: {hint}",
    # Progress
    "browser.no_programs": (
        "`!{command}` was not run: in a browser there are no other programs. Make the call with "
        "boto3, or take the course on a computer."
    ),
    "progress.line": "{done} of {total} exercises; quiz {quiz}.",
    "progress.quiz_done": "done",
    "progress.quiz_open": "open",
    "progress.code": 'To carry this to another computer, run progress("{code}") there.',
    "progress.taken": "The code was read: {count} new entries.",
    "progress.bad_code": (
        "`{code}` is not a progress code of this course, or a part of it is missing; "
        "copy the whole code that progress() shows, and try again."
    ),
    "progress.damaged": (
        "Your progress file could not be read. It was put aside as {aside}, and a new one is begun."
    ),
    "progress.forgetful": (
        "This browser gives the page no place to keep files, as in a private window: what you have "
        "done is forgotten when this kernel stops. Copy the code that progress() shows."
    ),
    "progress.not_saved": (
        "Your progress could not be saved in {path} ({error}); it is kept until this kernel stops."
    ),
    # The decision explained
    "explain.give": "Give explain() the error that you caught, or an event of the audit trail.",
    "explain.unknown": (
        "This request is not in this lab's audit trail; run the call again, and give explain() "
        "what it raises."
    ),
    "explain.no_decision": "No policy decided this. AWS answered {code}: {message}",
    "explain.nothing": "No permission was needed for this.",
    "explain.caller": "Who called: {arn}",
    "explain.asked": "{name} asked for {action} on {resource}: {outcome}.",
    "explain.asked_via": ("{via} then asked, as {name}, for {action} on {resource}: {outcome}."),
    "explain.allowed": "allowed",
    "explain.denied": "denied",
    "explain.decided": "What decided: {why}",
    "explain.no_policies": "The caller has no policy, and there is none on the resource.",
    "explain.policy": "Policy",
    "explain.statement": "Statement",
    "explain.effect": "Effect",
    "explain.applies": "Does it apply?",
    "explain.resource_policy": "the resource's own policy ({name})",
    "explain.grant": "grant {name}",
    "explain.yes": "yes",
    "explain.yes_account": "yes, to the whole account: it leaves the decision to IAM policies",
    "explain.no": "no: {reason}",
    "explain.deciding": "decides",
    "why.explicit": "{statement} of {policy} is a Deny, and a Deny always wins.",
    "why.identity": "no identity-based policy of the caller allows {action}.",
    "why.identity_key": (
        "the resource's own policy leaves it to the account's IAM policies, and no identity-based "
        "policy of the caller allows {action}; nor does a grant."
    ),
    "why.resource": (
        "no statement of the resource's policy that applies to the caller allows {action}, "
        "and none leaves it to IAM policies; nor does a grant."
    ),
    "why.boundary": "the permissions boundary of the caller does not allow {action}.",
    "why.session": "no session policy of the caller allows {action}.",
    "why.trust": "no statement of the role's trust policy allows {action} to the caller.",
    "why.statement": "{statement} of {policy} allows it.",
    "why.grant": "grant {name} allows it.",
    "why.root": "the account's root user may, where a policy leaves it to the account.",
    # Drawings: the way of a decision
    "way.title": "How KMS decides about a key of the caller's own account",
    "way.title_of": "How KMS decided: {action} for {name}",
    "way.deny": "Does a Deny apply?",
    "way.deny_where": "in any of the policies that are weighed",
    "way.deny_end": "explicit deny",
    "way.named": "Does the key name the caller?",
    "way.named_where": "by an Allow in the key policy, or by a grant",
    "way.named_end": "no IAM policy is needed",
    "way.enabled": "Does the key policy enable IAM policies?",
    "way.enabled_where": "an Allow for the account, for this action",
    "way.enabled_end": "no resource-based policy allows it",
    "way.identity": "Does an identity-based policy allow it?",
    "way.identity_where": "of the user, its groups or its role; root needs none",
    "way.identity_end": "no identity-based policy allows it",
    "way.limits": "Do the limits allow it?",
    "way.limits_where": "permissions boundary, session policy, if any",
    "way.limits_end": "not within the limits",
    "way.end": "within the limits",
    "way.yes": "yes",
    "way.no": "no",
    "way.role": "only its role",
    "way.skipped": "not needed",
    "way.unasked": "not asked",
    "way.here": "Here: {answer}",
    "way.allowed": "Allowed",
    "way.denied": "Denied",
    "way.if": "If {answer}: {next}.",
    "way.next": "the next question",
    "way.on": "question 5",
    "way.no_key": (
        "This way is that of a KMS key in the caller's own account; the request asked for "
        "{action} on {resource}. Give it explain(...) of a request that needed a key."
    ),
    # Drawings: the keys of a table
    "layers.title": "The keys of {table}, as they are stored",
    "layers.kms": "KMS key",
    "layers.kms_where": "it stays in KMS: {key_id}",
    "layers.owned": "AWS owned key",
    "layers.owned_where": "in no account of yours",
    "layers.table": "Table key",
    "layers.table_where": "encrypted under the key above: {shown}",
    "layers.data": "Data encryption key",
    "layers.data_where": "encrypted under the table key: {shown}",
    "layers.items": "Items: {count}",
    "layers.items_where": "encrypted under the data encryption key: {shown}",
    "layers.bytes": "{count} bytes, {start} …",
    "layers.no_items": "none is stored",
    "layers.encrypts": "encrypts",
    "layers.key_changed": "another key than before",
    "layers.key_same": "the same key as before",
    "layers.changed": "other bytes than before",
    "layers.same": "the same bytes as before",
    # Drawings: a request, step by step
    "steps.title": "{operation} on {table}, step by step",
    "steps.give": (
        "Give follow() the answer or the error of a request for items, such as get_item, or its "
        "event of this lab's audit trail."
    ),
    "steps.away": (
        "The sandbox runs in another process here, so follow() cannot see how it served a request."
    ),
    "steps.call": "{name} asks DynamoDB for {operation} on {table}. DynamoDB decides: {outcome}.",
    "steps.ask": (
        "DynamoDB needs the table key in plaintext, and asks KMS, as {name}, for {action}. "
        "The encryption context names {table}."
    ),
    "steps.open": (
        "KMS decides: allowed. It opens the table key with {key_id}, and DynamoDB keeps the "
        "opened table key for about five minutes."
    ),
    "steps.closed": "KMS answers: {outcome}. The table key stays encrypted.",
    "steps.kept": (
        "DynamoDB still has the table key that KMS opened for {name} at {time}. It does not ask "
        "KMS: the trail holds no call to KMS for this request."
    ),
    "steps.unseen": (
        "The trail holds no call to KMS for this request, and none for {name} and {table} in the "
        "five minutes before. That is what happens when a table is under an AWS owned key."
    ),
    "steps.data": (
        "With the table key DynamoDB decrypts a data encryption key. It does so by itself, and "
        "the trail does not show it."
    ),
    "steps.read": "With the data encryption key DynamoDB decrypts what it reads.",
    "steps.write": "With the data encryption key DynamoDB encrypts what it writes.",
    "steps.answer": "DynamoDB answers {name}, in plaintext over TLS.",
    "steps.error": "DynamoDB answers {name} with an error. The trail records {error}.",
    "steps.caller": "Caller",
    "steps.dynamodb": "DynamoDB",
    "steps.kms": "AWS KMS",
    "steps.table": "Table key",
    "steps.key": "Data key",
    "steps.items": "Items",
    "steps.encrypted": "encrypted",
    "steps.opened": "plaintext, in DynamoDB",
}


class Messages(dict[str, str]):
    """Sentences by key. Authoring and the classroom have their own, beside these."""

    def say(self, key: str, **values: Any) -> str:
        """The message of a key, with its values put in."""
        return self[key].format(**values)


say = Messages(MESSAGES).say

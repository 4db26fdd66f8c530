"""Every sentence that pages and gradebook say to students and instructors, to translate here."""

from __future__ import annotations

from helpers import messages as course

MESSAGES = {
    # Graded coursework
    "grading.time": "It was stopped after {seconds} seconds.",
    "grading.memory": "It took more memory than the {size} MB that an answer may take.",
    "grading.processes": "It had more than the {most} processes that an answer may have at once.",
    "grading.silent": "It left something running that prevented Python from answering.",
    "grading.budget": "The time limit for one submission was reached.",
    "grading.ended": "It ended Python itself ({how}).",
    "grading.lacks": (
        "The marking machine does not have {what}, which may not be a mistake in the answer. "
        "A person will look at it."
    ),
    "grading.no_name": "There is no `{name}`.",
    "grading.not_reached": "The notebook did not run as far as this exercise.",
    "grading.criterion_failed": (
        "One of its criteria could not be checked. A person will look at it."
    ),
    "grading.skip": "To the content",
    "grading.feedback": "Feedback for {student}",
    "grading.provisional": (
        "Provisional: the answers ran without isolation, so these marks do not count."
    ),
    "grading.overview": "Overview",
    "grading.notebook": "Notebook",
    "grading.points": "Points",
    "grading.out_of": "Out of",
    "grading.open": "not marked yet",
    "grading.so_far": "{points} so far",
    "grading.heading": "Notebook {number}",
    "grading.file": "Your file: {source}",
    "grading.not_graded": (
        "This could not be graded, so it has no mark yet: {problem} A person will look at it."
    ),
    "grading.exercise": "{number} {title}",
    "grading.earned": "{word}: {points} of {out_of} points.",
    "grading.unearned": "{word}: no points yet, out of {out_of}.",
    "grading.claim": "This answer may come from a mistaken belief: “{claim}” {truth}",
    "grading.criteria": "Criteria",
    "grading.met": "met",
    "grading.not_met": "not met",
    "grading.details": "Your error",
    "grading.written": "In your own words: {numbers}. A person marks these.",
    "grading.report": "Class report",
    "grading.summary": (
        "{students} students, {notebooks} notebooks, {exercises} answers; a person has to look at "
        "{person} notebooks."
    ),
    "grading.marks": "Marks",
    "grading.student": "Student",
    "grading.outcomes": "Outcomes per exercise",
    "grading.outcomes_alt": "Bars: how many answers to each exercise had which outcome. {words}",
    "grading.exercise_column": "Exercise",
    "grading.claims": "Mistaken beliefs in the class",
    "grading.claims_about": (
        "Claims that answers, predictions and quizzes show, with the number of students."
    ),
    "grading.claim_column": "Claim",
    "grading.truth_column": "What is true",
    "grading.students_column": "Students",
    "grading.person": "A person has to look",
    "grading.why": "Why",
    "grading.likeness": "Similar answers",
    "grading.likeness_about": (
        "Pairs of students whose answers share {length} or more Python tokens in a row, with the "
        "share of the shorter answer. Code that the course itself hands out or shows as a solution "
        "does not count. Code that is right earns its points no matter who wrote it: this list "
        "does not change any marks."
    ),
    "grading.share_column": "Share",
    "grading.search": "Find a student",
    "grading.statistics": "Points by checks",
    "grading.graded": "Graded",
    "grading.mean": "Mean",
    "grading.median": "Median",
    "grading.spread": "Standard deviation",
    "grading.lowest": "Lowest",
    "grading.highest": "Highest",
    "grading.none": "None.",
    # What the gradebook shows of a submission
    "class.no_notebook": (
        "The file handed in as {name} cannot be opened as a notebook. It is kept beside this one."
    ),
    "class.salvaged": (
        "The file handed in as {name} has parts that nbgrader cannot open. Only its cells are "
        "shown here. The file is kept beside this one."
    ),
    "class.several": "There are {count} files, and a person has to say which counts: {names}.",
    "class.other_notebook": (
        "This is notebook {found}, but it was handed in as {assignment}, which is notebook "
        "{wanted}."
    ),
    "class.unmarked": (
        "{student}'s {assignment} is not fully marked yet. Run `nbgrader autograde {assignment}` "
        "again; it continues from there."
    ),
    "class.no_answer": "No answer.",
    "class.provisional": "Provisional: it was graded without isolation.",
    "class.look": "A person has to look at this",
    "class.person": "a person has to mark",
    "class.nothing": "nothing handed in",
    "class.marked": "Marked by a person",
    "class.given": "Points and comments",
    "class.question": "Exercise or question",
    "class.points": "Points",
    "class.out_of": "Out of",
    "class.comment": "Comment",
    "class.total": "Total: {points} of {out_of} points.",
    "class.late": "{penalty} points were deducted because the submission was late.",
}

#: A room says the course's own words, such as those of an outcome, in the course's own way.
say = course.Messages(course.MESSAGES | MESSAGES).say

"""Every sentence that pages and gradebook say to students and instructors, to translate here."""

from __future__ import annotations

from helpers import messages as course

MESSAGES = {
    # Graded coursework
    "grading.time": "It was stopped after {seconds} seconds.",
    "grading.memory": "It took more memory than the {size} MB that an answer may take.",
    "grading.processes": "It had more than the {most} processes that an answer may have at once.",
    "grading.silent": "It left something running that kept Python from answering.",
    "grading.budget": "The time that one submission may take was over.",
    "grading.ended": "It ended Python itself ({how}).",
    "grading.lacks": (
        "The machine that marks does not have {what}, which may be no mistake of the answer's. "
        "A person will look."
    ),
    "grading.no_name": "There is no `{name}`.",
    "grading.not_reached": "The notebook did not run as far as this exercise.",
    "grading.criterion_failed": "One of its criteria could not be looked at; a person will.",
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
    "grading.heading": "Notebook {number}",
    "grading.file": "Your file: {source}",
    "grading.not_graded": (
        "This could not be graded, which is no zero: {problem} A person will look."
    ),
    "grading.exercise": "{number} {title}",
    "grading.earned": "{word}: {points} of {out_of} points.",
    "grading.unearned": "{word}: no points yet, of {out_of}.",
    "grading.claim": "Behind this answer there may be a belief: “{claim}” {truth}",
    "grading.criteria": "What was looked for",
    "grading.met": "met",
    "grading.not_met": "not met",
    "grading.details": "Your error",
    "grading.written": "In your own words: {numbers}. A person marks these.",
    "grading.report": "Class report",
    "grading.summary": (
        "{students} students, {notebooks} notebooks, {exercises} answers; {person} notebooks need "
        "a person."
    ),
    "grading.marks": "Marks",
    "grading.student": "Student",
    "grading.outcomes": "Outcomes per exercise",
    "grading.outcomes_alt": "Bars: how many answers to each exercise had which outcome. {words}",
    "grading.exercise_column": "Exercise",
    "grading.claims": "What the class believes",
    "grading.claims_about": (
        "Claims that answers, predictions and quizzes show, by how many students."
    ),
    "grading.claim_column": "Claim",
    "grading.truth_column": "What is true",
    "grading.students_column": "Students",
    "grading.person": "A person has to look",
    "grading.why": "Why",
    "grading.likeness": "Answers that are alike",
    "grading.likeness_about": (
        "Pairs of students whose answers share {length} tokens of Python or more in a row, and how "
        "much of the shorter answer that is. What the course itself hands out or solves does not "
        "count. Code that is right earns its points whoever wrote it: this list costs nobody a "
        "mark."
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
        "What was handed in as {name} is no notebook that opens. It is kept beside this one."
    ),
    "class.several": "There are {count} files, and a person has to say which counts: {names}.",
    "class.other_notebook": (
        "This is notebook {found}, but it was handed in as {assignment}, which is notebook "
        "{wanted}."
    ),
    "class.unmarked": (
        "{student}'s {assignment} was not marked to the end. Run `nbgrader autograde {assignment}` "
        "again; it goes on from there."
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
    "class.total": "Together: {points} of {out_of} points.",
    "class.late": "{penalty} points were taken off because it came late.",
}

#: A room says the course's own words, such as those of an outcome, in the course's own way.
say = course.Messages(course.MESSAGES | MESSAGES).say

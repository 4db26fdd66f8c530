"""What authoring writes into notebooks beside a lesson's own text, in one place to translate."""

from __future__ import annotations

from helpers import messages as course

MESSAGES = {
    # What authoring writes into every notebook
    "notebook.previous": "← {title}",
    "notebook.contents": "Contents",
    "notebook.glossary": "Glossary",
    "notebook.next": "{title} →",
    "notebook.minutes": "{reading} minutes to read and run, {exercises} for the exercises",
    "notebook.solved_title": "{title} (solved)",
    "notebook.solved_twin": (
        "The [solved notebook]({link}) explains every answer. Try the exercises first."
    ),
    "notebook.blank_twin": (
        "This is the solved notebook: answers, explanations and outputs. "
        "Do your own work in the [blank notebook]({link})."
    ),
    "notebook.no_twin": "This notebook has no solved version, because it counts toward your marks.",
    "notebook.stuck_alone": (
        "Remove the `#` in the next cell and run the cell. "
        "The hint tells you which notebook to review."
    ),
    "notebook.report": "Something wrong or unclear? [Report a problem]({link}).",
    "notebook.stuck": (
        "Stuck? Remove the `#` in the next cell and run the cell. Each run gives one more hint. "
        "Or read the [explained solution]({link})."
    ),
    "notebook.prediction": "Prediction {number}.",
    "notebook.written": "In your own words {number}.",
    "notebook.write_here": "*Double-click this cell, and write your answer here.*",
    "notebook.model_answer": "*One good answer:* {model}",
    "notebook.exercise": "Exercise {number}",
    "notebook.points": "points: {points}",
    "contents.head": "| Notebook | What it is about | Minutes |",
    "card.head": "| About | this notebook |",
    "card.time": "Time",
    "card.level": "Level",
    "card.needs": "You need first",
    "card.simulated": "Simulated here",
    "card.aws": "Different on real AWS",
    "card.ledger": "[All differences]({link}).",
    "card.cost": "On a real account it costs",
    "card.outcomes": "You will be able to",
    # What a class's notebooks say beside
    "class.header": (
        "# Before you begin\n\nYou hand in this notebook. Write your answers only in the cells "
        "that say so. The cells with checks are locked. Whenever you open the notebook, run the "
        "next cell first: the names and data in your lab depend on your ID."
    ),
    "class.header_code": (
        "import os\n\n"
        "# On your class's hub, your ID is filled in. Elsewhere, put it in place of the empty "
        "text.\n"
        'student_id = os.environ.get("JUPYTERHUB_USER", "")\n'
        'os.environ["COURSE_SEED"] = "practice/" + student_id if student_id else "0"'
    ),
    "class.marking_key": "**Marking key**, one point each:\n\n{points}",
    "class.good_answer": "**One good answer:** {model}",
}

#: A room says the course's own words, such as those of an outcome, in the course's own way.
say = course.Messages(course.MESSAGES | MESSAGES).say

"""Studies made from literal sessions and timed scores, for tests of courses and of the day."""

from tests.builders import scored_study, typed

SESSION = "subject_id,session_no,site_id,course_no,rel_day,agent,route,dose_mg,phase,completed"
SCORE = (
    "subject_id,instrument,rel_day,occurrence,visit,total,n_answered,rater,session_no,hours_post"
)


def with_sessions(study, *rows):
    """Replace the sessions; a row is (patient, no, clinic, course, day, route, phase, full)."""
    lines = [
        f"{who},{no},{site},{course},{day},ketamine,{route},35,{phase},{full}"
        for who, no, site, course, day, route, phase, full in rows
    ]
    study.tables["sessions"] = typed("sessions", "\n".join([SESSION, *lines]))
    return study


def timed_study(*rows, days=(0,)):
    """Make one patient with sessions; a row is (day, occurrence, total, session_no, hours_post)."""
    study = scored_study({"a": [(0, 0)]})
    lines = [
        f"a,PHQ-9,{day},{n},baseline,{total},9,self,{session},{hours}"
        for day, n, total, session, hours in rows
    ]
    study.tables["assessments"] = typed("assessments", "\n".join([SCORE, *lines]))
    return with_sessions(
        study,
        *(("a", n + 1, "A", 1, day, "IV", "induction", "true") for n, day in enumerate(days)),
    )


def two_courses(scores, *, second=200, until=800):
    """Give patients a first course on days 0, 3, 7 and a second one of one session, later."""
    sessions = [
        row
        for who in scores
        for row in (
            (who, 1, "A", 1, 0, "IV", "induction", "true"),
            (who, 2, "A", 1, 3, "IV", "induction", "false"),
            (who, 3, "B", 1, 7, "IV", "maintenance", "true"),
            (who, 4, "B", 2, second, "IM", "induction", "true"),
        )
    ]
    return with_sessions(scored_study(scores, until=until), *sessions)

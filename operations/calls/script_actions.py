"""Acts on the question script of call handlers: each version is written once."""

from django.db import IntegrityError, transaction

from accounts.acts.permissions import require
from accounts.acts.refusals import Problem, Refused, refuse
from accounts.models import User
from accounts.roles import WRITE_CALL_SCRIPTS
from govuk.texts import lines
from operations.calls.scripts import CallScript


@transaction.atomic
def write_script(*, questions: str, advice: str, after: int, by: User) -> CallScript:
    """Write the version after ``after``. Calls keep the one that their handler had.

    Args:
        questions: What is asked, one question a line.
        advice: How to speak with a genuine family.
        after: The version that the person had in front of them; 0 for none.
        by: Who writes it.

    Raises:
        PermissionDenied: ``by`` does not write scripts.
        Refused: one of the texts is empty, nothing differs, or somebody wrote a later version
            meanwhile.

    """
    require(by, WRITE_CALL_SCRIPTS)
    newest = CallScript.objects.newest()
    found = []
    if (newest.version if newest else 0) != after:
        overtaken = (
            "Somebody wrote another version after you opened this page. Nothing you entered is "
            "lost: compare the two, then start from the newest version."
        )
        raise refuse("questions", overtaken)
    texts = lines(questions), lines(advice)
    if not texts[0]:
        found.append(Problem("questions", "Enter what the call handler asks"))
    if not texts[1]:
        found.append(Problem("advice", "Enter how to speak with a genuine family"))
    if newest and texts == (newest.questions, newest.advice):
        found.append(Problem("questions", "Nothing differs from the newest version."))
    if found:
        raise Refused(found)
    try:
        with transaction.atomic():
            return CallScript.objects.create(version=after + 1, questions=texts[0], advice=texts[1])
    except IntegrityError:
        raise refuse("questions", "Somebody saved a new version just now.") from None

"""Question scripts for call handlers: what to ask, and how not to offend a genuine family."""

from typing import ClassVar, Self

from django.db import models

from accounts.database.model_fields import LinesField
from accounts.models import User
from accounts.record.events import insert_only, tracked
from accounts.roles import LOG_CALLS, WORK_CONCERNS, WRITE_CALL_SCRIPTS


class CallScriptQuerySet(models.QuerySet["CallScript"]):
    """Questions about scripts."""

    def visible_to(self, user: User) -> Self:
        """Those who answer calls, who work on concerns, and who write the script."""
        readers = (LOG_CALLS, WORK_CONCERNS, WRITE_CALL_SCRIPTS)
        return self if any(map(user.has_perm, readers)) else self.none()

    def newest(self) -> "CallScript | None":
        """The version that handlers go by now. Not a queryset: there is one."""
        return self.order_by("-version").first()


@tracked()
class CallScript(models.Model):
    """A version of what a call handler asks. A change makes a new version, and a call says which
    one its handler had.
    """

    version = models.PositiveSmallIntegerField(unique=True, editable=False)
    questions = LinesField(
        max_length=5000, help_text="What the call handler asks, in order, one question a line."
    )
    advice = LinesField(
        max_length=5000,
        help_text="How to speak with people who may be a genuine family, and what to do then.",
    )
    created_at = models.DateTimeField(auto_now_add=True)

    objects: ClassVar[CallScriptQuerySet] = CallScriptQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ("add",)
        ordering = ["-version"]
        triggers = [insert_only("version_of_a_call_script_never_changes")]

    def __str__(self) -> str:
        return f"Question script, version {self.version}"

    @property
    def question_list(self) -> list[str]:
        """What is asked, question by question."""
        return self.questions.splitlines()

    @property
    def advice_list(self) -> list[str]:
        """The advice, piece by piece."""
        return self.advice.splitlines()

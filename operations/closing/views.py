"""The page on which an operation is closed, with what remains of it."""

from functools import cached_property
from typing import Any

from django.utils import timezone

from operations.approval.views import ActOnOperation
from operations.closing import actions
from operations.closing.forms import CloseForm
from operations.closing.remains import Remains, remains_of


class Close(ActOnOperation):
    """Closes an operation; says first what stands in the way."""

    template_name = "operations/closing/close.html"
    title = "Close the operation"
    form_class = CloseForm
    done = "The operation is closed."

    @cached_property
    def remains(self) -> Remains:
        """What remains, as far as this person may see it."""
        return remains_of(self.operation, self.user, at=timezone.now())

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.record_reads(listed=self.remains.visits)
        return super().get_context_data(**kwargs) | {"remains": self.remains}

    def act(self, form: CloseForm) -> str:
        actions.close_operation(operation=self.operation, by=self.user, at=timezone.now())
        return self.operation.get_absolute_url()

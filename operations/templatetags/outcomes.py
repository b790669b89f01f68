"""Tags for a verdict."""

from django import template

from govuk.tones import tone_of
from operations.models import Outcome
from operations.visits.verdict import Verdict

register = template.Library()


@register.inclusion_tag("components/tag.html")
def verdict_tag(outcome: Outcome) -> dict[str, str]:
    """The verdict of ``outcome`` as a tag."""
    verdict = Verdict(outcome.verdict)
    return {"label": verdict.label, "tone": tone_of("verdict", verdict)}

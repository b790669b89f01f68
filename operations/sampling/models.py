"""Plans of draws: the frame and the seed that were committed, and the venues that chance took."""

from typing import TYPE_CHECKING, Any, ClassVar, Self

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse

from accounts.database.model_fields import LineField, LinesField
from accounts.models import User
from accounts.record.events import insert_only, tracked
from accounts.roles import PLAN_OPERATIONS
from operations.planning.models import Draw, Operation, OperationVenue
from operations.sampling.draw_order import Share
from venues.models import CommandUnit, Venue

if TYPE_CHECKING:
    from operations.sampling.design import Design

#: Stands in a plan's command units for venues of none, so that only the whole force has them all.
NO_UNIT = 0


class SealedSeed(models.Model):
    """The seed of a plan, made by PostgreSQL and opened by its draw.

    No program reads it before: the role of pages and tasks has no right to this table at all, and
    the triggers of :class:`DrawPlan` work as its owner.
    """

    plan = models.BigIntegerField(primary_key=True)
    seed = models.CharField(max_length=64)

    class Meta:
        default_permissions = ()
        triggers = [insert_only("sealed_seed_never_changes")]

    def __str__(self) -> str:
        return f"Sealed seed of plan {self.plan}"


class DrawPlanQuerySet(models.QuerySet["DrawPlan"]):
    """Questions about plans of draws."""

    def visible_to(self, user: User) -> Self:
        """The plans that this person may see: planners for whom all of the frame is theirs.

        Whose venues are a part of it sees those that were drawn, in the operation, and not from
        what else.
        """
        if not user.has_perm(PLAN_OPERATIONS):
            return self.none()
        if user.whole_force:
            return self
        theirs = list(CommandUnit.objects.of(user).values_list("pk", flat=True))
        return self.filter(unit_ids__contained_by=theirs)

    def waiting(self) -> Self:
        """Those that nobody has drawn from."""
        return self.filter(draw=None)


#: What is committed, by column.
_COMMITTED = (
    *("operation_id", "frame", "frame_size", "frame_hash", "seed_hash", "shares", "design"),
    *("unit_ids", "units", "filters", "of_all", "left_out", "made_at"),
)


def _row(name: str) -> str:
    return "ROW(" + ", ".join(f"{name}.{column}" for column in _COMMITTED) + ")"


@tracked(part_of="operation", without=("frame",))
class DrawPlan(models.Model):
    """What was committed before venues were drawn: from which, how many of each stratum, and the
    digest of the seed. Never changes but by its draw, which opens the seed.
    """

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="draw_plans")
    frame = models.TextField(help_text="As operations/sampling/frames.py writes it.")
    frame_size = models.PositiveIntegerField(help_text="How many venues could be drawn.")
    frame_hash = models.CharField(max_length=64, help_text="The frame's SHA-256.")
    seed_hash = models.CharField(
        max_length=64, editable=False, help_text="The seed's SHA-256: written by PostgreSQL."
    )
    seed = models.CharField(
        max_length=64, editable=False, help_text="Empty until it is drawn: written by PostgreSQL."
    )
    shares = models.JSONField(help_text="Of each stratum its size, sample and reserves.")
    design = models.JSONField(help_text="What the planner expected and wanted.")
    unit_ids: Any = ArrayField(
        models.BigIntegerField(), help_text="The command units of the frame; 0 for none."
    )
    units = LinesField(help_text="The same, by name.")
    filters = LinesField(blank=True, help_text="What narrowed their venues, in words.")
    of_all = models.BooleanField(help_text="A plain rate speaks for every venue of these units.")
    left_out = models.PositiveIntegerField(
        help_text="How many more could have been drawn, but were in the operation already."
    )
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    draw = models.OneToOneField(
        Draw, on_delete=models.PROTECT, null=True, editable=False, related_name="plan"
    )

    objects: ClassVar[DrawPlanQuerySet] = DrawPlanQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = "plan of a draw"
        verbose_name_plural = "plans of draws"
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="seed_is_made_and_sealed_with_the_plan",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("sealed", "text")],
                # 244 bits of chance, of PostgreSQL's own source.
                func="""
                    sealed := encode(sha256(convert_to(
                        gen_random_uuid()::text || gen_random_uuid()::text, 'UTF8'
                    )), 'hex');
                    INSERT INTO operations_sealedseed (plan, seed) VALUES (NEW.id, sealed);
                    NEW.seed_hash := encode(sha256(convert_to(sealed, 'UTF8')), 'hex');
                    NEW.seed := '';
                    NEW.draw_id := NULL;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="plan_stands_and_its_draw_opens_the_seed",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                func=f"""
                    IF {_row("NEW")} IS DISTINCT FROM {_row("OLD")}
                        OR NEW.draw_id <> OLD.draw_id THEN
                        RAISE EXCEPTION 'What was committed for a draw never changes.';
                    END IF;
                    IF NEW.draw_id IS NULL THEN
                        NEW.seed := '';
                    ELSE
                        SELECT seed INTO STRICT NEW.seed
                        FROM operations_sealedseed WHERE plan = NEW.id;
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 (columns of ours)
            ),
        ]

    def __str__(self) -> str:
        return f"Plan of a draw {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("operations:draw_detail", args=[self.pk])

    @classmethod
    def of_design(cls, design: "Design", **facts: Any) -> Self:
        """A plan that keeps what the planner wanted and expected."""
        kept = {
            "aspects": list(design.aspects),
            "allocation": design.allocation.value,
            "precision": design.precision,
            "expected_rate": design.expected.rate,
            "expected_eligible": design.expected.eligible,
            "expected_completed": design.expected.completed,
            "design_effect": design.expected.design_effect,
            "expected_rates": dict(design.rates),
            "reserves": design.reserves,
        }
        return cls(design=kept, **facts)

    @property
    def of_strata(self) -> list[Share]:
        """What is drawn from each stratum."""
        return [Share(**share) for share in self.shares]

    @property
    def number(self) -> int:
        """How many venues are drawn."""
        return sum(share.sample for share in self.of_strata)


class DrawnVenueQuerySet(models.QuerySet["DrawnVenue"]):
    """Questions about drawn venues."""

    def visible_to(self, user: User) -> Self:
        """Those of the plans that this person may see."""
        return self.filter(plan__in=DrawPlan.objects.visible_to(user))

    def in_order(self) -> Self:
        """By stratum, in draw order."""
        return self.order_by("stratum", "place")

    def unused(self) -> Self:
        """Reserves that have replaced no venue."""
        return self.filter(is_reserve=True, replaces=None)


@tracked(part_of="operation")
class DrawnVenue(models.Model):
    """A venue that chance took for the sample, or as a reserve, and its place in the draw."""

    operation = models.ForeignKey(Operation, on_delete=models.CASCADE, related_name="+")
    plan = models.ForeignKey(
        DrawPlan, on_delete=models.PROTECT, related_name="drawn", db_index=False
    )
    venue = models.ForeignKey(Venue, on_delete=models.PROTECT, related_name="drawn_for")
    number = models.BigIntegerField(help_text="The venue's, as the frame has it.")
    stratum = LineField(blank=True, max_length=400)
    place = models.PositiveIntegerField(help_text="In the draw order of its stratum, from 1.")
    is_reserve = models.BooleanField()
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, editable=False, related_name="replaced_by"
    )
    reason = LineField(
        blank=True, max_length=200, help_text="Why the venue that it replaces was withdrawn."
    )

    objects: ClassVar[DrawnVenueQuerySet] = DrawnVenueQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint("plan", "number", name="venue_is_drawn_once"),
            models.UniqueConstraint(
                "plan", "stratum", "place", name="place_in_a_draw_is_of_one_venue"
            ),
            models.CheckConstraint(
                condition=Q(replaces=None, reason="")
                | Q(replaces__isnull=False, is_reserve=True) & ~Q(reason=""),
                name="reserve_replaces_for_a_reason",
                violation_error_message="Enter why the venue is replaced.",
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="reserves_come_in_draw_order",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF TG_OP = 'INSERT' THEN
                        IF NEW.replaces_id IS NOT NULL THEN
                            RAISE EXCEPTION 'A reserve waits until a venue is withdrawn.';
                        END IF;
                        RETURN NEW;
                    END IF;
                    IF ROW(NEW.operation_id, NEW.plan_id, NEW.number, NEW.stratum, NEW.place,
                        NEW.is_reserve) IS DISTINCT FROM ROW(OLD.operation_id, OLD.plan_id,
                        OLD.number, OLD.stratum, OLD.place, OLD.is_reserve) THEN
                        RAISE EXCEPTION 'What chance has drawn never changes.';
                    END IF;
                    IF NEW.replaces_id IS NULL OR NEW.replaces_id = OLD.replaces_id THEN
                        RETURN NEW;
                    END IF;
                    IF OLD.replaces_id IS NOT NULL OR NOT EXISTS (
                        SELECT FROM operations_drawnvenue withdrawn
                        WHERE withdrawn.id = NEW.replaces_id AND withdrawn.plan_id = NEW.plan_id
                        AND withdrawn.stratum = NEW.stratum
                        AND (NOT withdrawn.is_reserve OR withdrawn.replaces_id IS NOT NULL)
                        AND NOT EXISTS (
                            SELECT FROM operations_operationvenue chosen
                            WHERE chosen.operation_id = withdrawn.operation_id
                            AND chosen.venue_id = withdrawn.venue_id
                            AND chosen.draw_id = (
                                SELECT draw_id FROM operations_drawplan WHERE id = NEW.plan_id
                            )
                        )
                    ) THEN
                        RAISE EXCEPTION 'A reserve replaces a withdrawn venue of its stratum.';
                    END IF;
                    IF EXISTS (
                        SELECT FROM operations_drawnvenue earlier
                        JOIN venues_venue venue ON venue.id = earlier.venue_id
                        WHERE earlier.plan_id = NEW.plan_id AND earlier.stratum = NEW.stratum
                        AND earlier.is_reserve AND earlier.replaces_id IS NULL
                        AND earlier.place < NEW.place
                        AND venue.closed_on IS NULL AND venue.merged_into_id IS NULL
                        AND NOT EXISTS (
                            SELECT FROM operations_operationvenue chosen
                            WHERE chosen.operation_id = earlier.operation_id
                            AND chosen.venue_id = earlier.venue_id
                        )
                    ) THEN
                        RAISE EXCEPTION 'The next reserve of a stratum comes first.';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

    def __str__(self) -> str:
        return str(self.venue)

    @property
    def is_in_sample(self) -> bool:
        """Of the sample as it is now: drawn for it and not replaced, or a reserve that came in."""
        return not self.was_replaced and (not self.is_reserve or self.replaces_id is not None)

    @property
    def was_replaced(self) -> bool:
        """Whether a reserve has come in for it."""
        return hasattr(self, "replaced_by")


class DrawnChoice(OperationVenue):
    """A chosen venue, as the draw that chose it has it."""

    class Meta:
        proxy = True
        default_permissions = ()
        triggers = [
            pgtrigger.Trigger(
                name="only_what_was_drawn_is_chosen_by_its_draw",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.draw_id IS NOT NULL"),
                func="""
                    IF EXISTS (
                        SELECT FROM operations_drawplan WHERE draw_id = NEW.draw_id
                    ) AND NOT EXISTS (
                        SELECT FROM operations_drawplan plan
                        JOIN operations_drawnvenue drawn ON drawn.plan_id = plan.id
                        WHERE plan.draw_id = NEW.draw_id AND drawn.venue_id = NEW.venue_id
                        AND (NOT drawn.is_reserve OR drawn.replaces_id IS NOT NULL)
                        AND NOT EXISTS (
                            SELECT FROM operations_drawnvenue later
                            WHERE later.replaces_id = drawn.id
                        )
                    ) THEN
                        RAISE EXCEPTION 'This draw did not choose that venue.';
                    END IF;
                    RETURN NEW;
                """,
            )
        ]

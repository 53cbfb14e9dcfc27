"""Tables of the ledger: all state that Saegim keeps (design D3). Migrations follow this file; a test compares them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    and_,
    false,
)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC; SQLite forgets time zones, so it is put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Stores UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:  # noqa: ARG002
        """Reads UTC; PostgreSQL gives moments in the time zone of its settings."""
        return (value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)) if value else None


class Prose(TypeDecorator[str]):
    """Words that a stranger, a stranger's file or an error may have made: what no database holds becomes U+FFFD.

    That is U+0000, which PostgreSQL refuses, and half a surrogate pair, which none of them takes.
    """

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:  # noqa: ARG002
        """Stores what can be stored."""
        return value and value.replace("\0", "\ufffd").encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


KEY = Text().with_variant(Text(collation="C"), "postgresql")
"""Names of objects: sorted as Python sorts them, wherever the server was set up."""
NAME = String(255).with_variant(Text(), "postgresql")
"""Names that others give, such as an address or an object's version. SQLite counts no letters, PostgreSQL would refuse 256."""


metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    })

images = Table(
    "images", metadata,
    Column("image_id", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False, unique=True),  # first 60 bits of the id: what gate_words points at
    Column("media_type", String(32), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("bytes", BigInteger, nullable=False),
    Column("pixels_id", String(64), unique=True),  # same pixels in another container: a duplicate
    Column("cluster_id", String(64), nullable=False, index=True),
    Column("represents", Boolean, nullable=False),  # new members of the cluster have to match this image
    Column("encoder", String(64), nullable=False),
    Column("refused", String(16)),  # rejected or quarantined: what becomes of every submission of this image
    Column("why_refused", Prose),
)

gate_words = Table(
    "gate_words", metadata,
    Column("word", BigInteger, primary_key=True, autoincrement=False),
    Column("image", BigInteger, primary_key=True, autoincrement=False),  # images.number
    sqlite_with_rowid=False,
)

without_words = Table(
    "without_words", metadata,  # images that an upgrade took out of gate_words, until ingest has made their words anew
    Column("number", BigInteger, primary_key=True, autoincrement=False),  # images.number
    Column("missing", Boolean, nullable=False, default=False),  # the bucket had no picture of it: nothing waits for that
)

arrivals = Table(
    "arrivals", metadata,  # raw objects between their first listing and their outcome
    Column("submission_id", String(32), primary_key=True),
    Column("bucket", String(255), nullable=False),
    Column("key", KEY, nullable=False),
    Column("version", NAME, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False, index=True),
    Column("decoded", JSON(none_as_null=True)),  # what the decoder found; empty until then
    Column("compared", JSON(none_as_null=True)),  # what it was compared with before its turn, by image; empty until then
    Index("ix_arrivals_undecoded", "sent_at", sqlite_where=Column("decoded").is_(None),
          postgresql_where=Column("decoded").is_(None)),
    Index("ix_arrivals_uncompared", "sent_at", sqlite_where=and_(Column("decoded").is_not(None), Column("compared").is_(None)),
          postgresql_where=and_(Column("decoded").is_not(None), Column("compared").is_(None))),
)

comparisons = Table(
    "comparisons", metadata,  # why a submission is a duplicate, held, or in a cluster
    Column("submission_id", String(32), primary_key=True),
    Column("image_id", String(64), primary_key=True, index=True),  # the earlier image that it was compared with
    Column("picture_key", Text, nullable=False),  # the submission's own canonical picture, also where it is a duplicate
    Column("verdict", String(16), nullable=False),
    Column("figures", JSON, nullable=False),
)

decisions = Table(
    "decisions", metadata,  # what a manager said of submissions: a list that only grows; ingest never overrules it
    Column("number", Integer, primary_key=True, autoincrement=False),  # in the order in which they were said
    Column("kind", String(16), nullable=False),  # schemas.submission.Said
    Column("submission_id", String(32), index=True),
    Column("other_id", String(32), index=True),  # the submission that it is merged with
    Column("undoes", Integer),  # number of a decision
    Column("decided_at", UtcDateTime),  # empty for what was said before there was a list
)

submissions = Table(
    "submissions", metadata,
    Column("submission_id", String(32), primary_key=True),
    Column("bucket", String(255), nullable=False),
    Column("key", KEY, nullable=False),
    Column("version", NAME, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("campaign", Text),
    Column("submitter", Text),
    Column("claims", JSON, nullable=False),
    Column("raw_sha256", String(64), index=True),
    Column("outcome", String(16), nullable=False),
    Column("reason", String(32)),
    Column("detail", Prose),
    Column("image_id", String(64), ForeignKey("images.image_id")),
    Column("duplicate_of", String(32), ForeignKey("submissions.submission_id"), index=True),
    # What ingest found by itself; outcome, image_id and duplicate_of follow from it and from the decisions in force.
    Column("own_image_id", String(64), index=True),  # made of it, or made before of the same bytes or pixels
    Column("found", String(16)),  # schemas.submission.Verdict: how that image is related to another one
    Column("found_image_id", String(64), index=True),  # that other one; own_image_id for the same bytes or pixels
    Column("uncompared", Integer, nullable=False, server_default="0"),  # lookalikes that it was not compared with
    Column("decisions_before", Integer, nullable=False, server_default="0"),  # decisions that there were when it was found
    Column("original", JSON),
    UniqueConstraint("bucket", "key", "version"),
    Index(None, "image_id", "outcome"),
    Index(None, "sent_at"),
    Index(None, "campaign", "sent_at"),
    Index(None, "campaign", "submitter", "sent_at"),
    Index("uq_submissions_accepted_image", "image_id", unique=True,
          sqlite_where=Column("outcome") == "accepted", postgresql_where=Column("outcome") == "accepted"),
)

readings = Table(
    "readings", metadata,
    Column("reading_id", String(32), primary_key=True),
    Column("image_id", String(64), ForeignKey("images.image_id"), nullable=False),
    Column("reader", NAME, nullable=False),
    Column("run", String(255), nullable=False),
    Column("revision", BigInteger, nullable=False),
    Column("unit", String(16), nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("regions", Text, nullable=False),
    Column("image_kind", String(16), nullable=False),
    Column("conditions", JSON, nullable=False),
    Column("summary", JSON, nullable=False),  # schemas.reading.Summary: what ordering many images needs
    UniqueConstraint("image_id", "reader", "run", "revision"),
)

accepted_readings = Table(
    "accepted_readings", metadata,
    Column("image_id", String(64), ForeignKey("images.image_id"), primary_key=True),
    Column("annotation_config", String(64), primary_key=True),
    Column("reading_id", String(32), ForeignKey("readings.reading_id"), nullable=False, index=True),
)

holds = Table(
    "holds", metadata,  # images that stop a release: a manager has to look at them first
    Column("image_id", String(64), ForeignKey("images.image_id"), primary_key=True),
    Column("reason", Prose, nullable=False),
)

annotation_configs = Table(
    "annotation_configs", metadata,  # what was published: it never changes
    Column("name", String(64), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("xml", Text, nullable=False),
)

projects = Table(
    "projects", metadata,  # Label Studio's projects of an annotation config
    Column("key", String(32), primary_key=True),  # the mark that the project carries: ours whatever its number, title and text
    Column("annotation_config", String(64), nullable=False),
    Column("config_version", Integer, nullable=False),
    Column("side", String(16), nullable=False),
    Column("project_id", Integer),  # empty while Label Studio has not confirmed it; a new server numbers from 1 again
    Column("guide", String(64)),  # digest of the guide that it shows
    Column("deleted", Boolean, nullable=False),  # not in Label Studio any more; what was collected from it stays
    Index("uq_projects_side", "annotation_config", "config_version", "side", unique=True,
          sqlite_where=~Column("deleted", Boolean), postgresql_where=~Column("deleted", Boolean)),
)

tasks = Table(
    "tasks", metadata,  # the outbox of label: a row is written before its task is pushed
    Column("project", String(32), primary_key=True),  # projects.key
    Column("subject", String(80), primary_key=True),  # an image's id, or IMAGE/REGION
    Column("config_version", Integer, primary_key=True),
    Column("image_id", String(64), nullable=False, index=True),
    Column("taken_by", String(64), nullable=False),  # annotation config whose accepted reading comes of it
    Column("shown", JSON, nullable=False),  # ids of the readings that are its predictions, the first one first
    Column("marked", JSON(none_as_null=True)),  # TaskRow.marked: chances by region id
    Column("reason", Prose),  # why it is a second look; the annotator reads it
    Column("place", Integer, nullable=False),  # in the queue: tasks are pushed in this order
    Column("after_task", BigInteger),  # the project's newest task when its post began; empty where none ever did
    Column("posted_at", UtcDateTime),
    Column("task_id", Integer),  # empty while Label Studio has not confirmed it
    Column("collected_at", UtcDateTime),  # the task's last change that was collected, by Label Studio's clock
    Index(None, "project", "collected_at"),
)

unreadable_tasks = Table(
    "unreadable_tasks", metadata,  # Label Studio fails on them; said in every run until somebody has mended them
    Column("project", String(32), primary_key=True),  # projects.key
    Column("task_id", Integer, primary_key=True),
    Column("changed_at", UtcDateTime, nullable=False),  # by Label Studio's clock
)

# A file that imports this one does not say ``from __future__ import annotations``, which is the same name.
annotations = Table(
    "annotations", metadata,  # what became of each state of each annotation that was submitted (invariant I5)
    Column("project", String(32), primary_key=True),  # projects.key
    Column("annotation_id", Integer, primary_key=True),
    Column("revision", BigInteger, primary_key=True),
    Column("task_id", Integer, nullable=False),
    Column("subject", String(80)),
    Column("image_id", String(64), index=True),
    Column("reader", NAME, nullable=False),
    Column("reading_id", String(32), ForeignKey("readings.reading_id"), index=True),
    Column("skipped", Boolean, nullable=False),
    Column("lead_time", Float),
    Column("problem", Prose),
    Column("effort", JSON(none_as_null=True)),  # schemas.labelling.Effort
    Column("deleted", Boolean, nullable=False),  # the annotator took it back
    Index(None, "project", "task_id"),
    Index(None, "project", "subject"),
)

second_looks = Table(
    "second_looks", metadata,  # images of which a third person decides
    Column("image_id", String(64), ForeignKey("images.image_id"), primary_key=True),
    Column("annotation_config", String(64), primary_key=True),
    Column("reason", Prose, nullable=False),
    Column("shown", JSON, nullable=False),  # ids of the readings to choose from
    Column("doubted", Boolean, nullable=False, server_default=false()),  # wanted of an accepted reading, which stays until then
)

gold = Table(
    "gold", metadata,  # images with a truth that people are measured with; their tasks do not show it
    Column("image_id", String(64), ForeignKey("images.image_id"), primary_key=True),
    Column("annotation_config", String(64), primary_key=True),
)

agreements = Table(
    "agreements", metadata,
    Column("one", String(32), ForeignKey("readings.reading_id"), primary_key=True),
    Column("other", String(32), ForeignKey("readings.reading_id"), primary_key=True, index=True),
    Column("kind", String(16), nullable=False),
    Column("annotation_config", String(80), nullable=False),  # NAME@VERSION
    Column("image_id", String(64), nullable=False, index=True),
    Column("regions", Float, nullable=False),
    Column("cer", Float, nullable=False),
    Column("attributes", Float, nullable=False),
    Column("agreed", Boolean, nullable=False),
)

people = Table(
    "people", metadata,  # annotators, and on which side each works
    Column("email", NAME, primary_key=True),
    Column("annotation_config", String(64), primary_key=True),
    Column("side", String(16), nullable=False),
    Column("name", NAME, nullable=False),
)

models = Table(
    "models", metadata,  # which run the setting "model" stood for when prelabel last ran
    Column("name", String(255), primary_key=True),
    Column("reader", String(255), nullable=False),
    Column("run", String(255), nullable=False),
)

model_runs = Table(
    "model_runs", metadata,  # what each run of readings was made with; the key is in readings.run
    Column("run", String(255), primary_key=True),
    Column("reader", String(255), nullable=False),
    Column("details", JSON, nullable=False),
)

cursors = Table(
    "cursors", metadata,
    Column("name", String(255), primary_key=True),
    Column("at", UtcDateTime, nullable=False),
)

campaign_versions = Table(
    "campaign_versions", metadata,  # rules of a file as they were; a photograph is priced by those in force when it was sent
    Column("campaign", Text, primary_key=True),
    Column("version", Integer, primary_key=True),  # from 1 on
    Column("digest", String(64), nullable=False),  # of the rules
    Column("rules", JSON, nullable=False),
    Column("from_at", UtcDateTime, nullable=False),  # when they were first seen; the first version counts from ever
)

point_entries = Table(
    "point_entries", metadata,  # what changed of whose points, and why: a list that only grows
    Column("number", Integer, primary_key=True, autoincrement=False),  # in the order in which they were written
    Column("campaign", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("submission_id", String(32), nullable=False, index=True),
    Column("rule", String(64), nullable=False),  # schemas.points: photograph, duplicate, or the name of a slice
    Column("provisional", Integer, nullable=False),  # by how much these points changed
    Column("final", Integer, nullable=False),
    Column("reason", String(32), nullable=False),  # schemas.points.PointReason
    Column("detail", Prose),
    Column("version", Integer, nullable=False),  # of the campaign's rules
    Column("at", UtcDateTime, nullable=False),
    # Sums of a million entries are made of the indexes alone, in their order: all that they need is in them.
    Index("ix_point_entries_board", "campaign", "submitter", "submission_id", "provisional", "final", "at"),
    Index("ix_point_entries_photographs", "campaign", "submission_id", "rule", "provisional", "final"),
)

boards = Table(
    "boards", metadata,  # what people saw of the points, and when
    Column("campaign", Text, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("made_at", UtcDateTime, nullable=False),
    Column("state", String(16), nullable=False),  # schemas.board.BoardState
    Column("board", JSON, nullable=False),  # schemas.board.Board
)

draws = Table(
    "draws", metadata,  # the prizes drawn at random of a campaign
    Column("campaign", Text, primary_key=True),
    Column("commitment", String(64), nullable=False),  # sha256 of the secret, shown before the end
    Column("secret", String(64), nullable=False),  # shown with the winners and not before
    Column("committed_at", UtcDateTime, nullable=False),
    Column("awaited", Prose, nullable=False),  # the public value that the campaign's file named then
    Column("code_key", String(64), nullable=False),  # makes the codes of people in the list; never shown
    Column("final_list", Text),  # the frozen list as it is published
    Column("list_hash", String(64)),
    Column("frozen_at", UtcDateTime),
    Column("frozen_because", Prose),  # why, where something was undecided still
    Column("public_value", Prose),
    Column("winners", JSON(none_as_null=True)),
    Column("drawn_at", UtcDateTime),
)

accounts = Table(
    "accounts", metadata,  # who may enter the portal, and as what
    Column("name", NAME, primary_key=True),  # second part of a submitter's keys
    Column("role", String(16), nullable=False),  # schemas.accounts.Role
    Column("address", NAME, unique=True),  # e-mail, where known
    Column("created_at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("sessions_from", UtcDateTime, nullable=False),  # cookies and links that were signed before are worth nothing
)

participants = Table(
    "participants", metadata,  # submitters of a campaign who joined it in the portal, or of whom a manager said something
    Column("campaign", Text, primary_key=True),
    Column("submitter", Text, primary_key=True),
    Column("nickname", Prose),
    Column("hidden", Boolean, nullable=False),  # not on boards
    Column("consent_version", Integer),
    Column("consented_at", UtcDateTime),
    Column("disqualified_at", UtcDateTime),
    Column("disqualified_because", Prose),
    Index(None, "submitter"),
)

uploads = Table(
    "uploads", metadata,  # places in the bucket that the portal gave out
    Column("key", KEY, primary_key=True),
    Column("campaign", Text, nullable=False),
    Column("submitter", Text, nullable=False),
    Column("client_id", String(64), nullable=False),  # the page's own name of the photograph: asked for twice, it is one place
    Column("file_name", Prose, nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("categories", JSON, nullable=False),  # claimed; may be said after the photograph was sent
    Column("from_demo", Boolean, nullable=False),
    Column("issued_at", UtcDateTime, nullable=False),
    Column("arrived_at", UtcDateTime),  # as the page says; the listing of the bucket decides
    UniqueConstraint("campaign", "submitter", "client_id"),
    Index(None, "campaign", "submitter", "issued_at"),
)

flags = Table(
    "flags", metadata,  # what looks unfair of a submission; a manager decides
    Column("submission_id", String(32), primary_key=True),
    Column("kind", String(32), primary_key=True),  # schemas.flags.FlagKind
    Column("campaign", Text, nullable=False, index=True),
    Column("detail", Prose, nullable=False),
    Column("found_at", UtcDateTime, nullable=False),
    Column("decision", String(16)),  # schemas.flags.FlagDecision; empty while nobody has decided
    Column("because", Prose),
    Column("decided_by", NAME),
    Column("decided_at", UtcDateTime),
)

screen_likeness = Table(
    "screen_likeness", metadata,  # how much pictures look like photographs of a screen: each is looked at once
    Column("image_id", String(64), primary_key=True),
    Column("figure", Float, nullable=False),  # stages/score/screen.py
)

trials = Table(
    "trials", metadata,  # photographs on the demo page; forgotten after an hour
    Column("trial_id", String(32), primary_key=True),
    Column("visitor", String(64), nullable=False, index=True),  # whose browser; no account
    Column("state", String(16), nullable=False),  # schemas.trial.TrialState
    Column("sent_at", UtcDateTime, nullable=False),
    Column("key", KEY, nullable=False),  # of what was sent, in the bucket of the demo page
    Column("media_type", String(64), nullable=False),
    Column("answer", JSON(none_as_null=True)),  # schemas.trial.TrialAnswer
    Column("answered_at", UtcDateTime),
    Column("sent_as", KEY),  # its key in the bucket of submissions, once its owner sent it to a campaign
    Index(None, "state", "sent_at"),
)

audit = Table(
    "audit", metadata,  # who did what in the portal and by campaign commands: a list that only grows
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("at", UtcDateTime, nullable=False),
    Column("who", NAME, nullable=False),
    Column("role", String(16), nullable=False),
    Column("act", String(32), nullable=False),  # schemas.accounts.Act
    Column("campaign", Text),
    Column("subject", Prose, nullable=False),
    Column("detail", Prose, nullable=False),
)

evaluations = Table(
    "evaluations", metadata,  # the figures lie in the bucket of datasets
    Column("evaluation_id", String(16), primary_key=True),  # digest of release, split, what was read, code and options
    Column("release", String(255), nullable=False, index=True),
    Column("split", String(255), nullable=False),  # empty for all
    Column("reader", NAME, nullable=False),
    Column("run", String(255), nullable=False),  # digest of the model's run, or of a file of predictions
    Column("images", Integer, nullable=False),
    Column("options", Text, nullable=False),  # that change the figures, in words; mostly empty
    Column("headline", JSON, nullable=False),  # the leading figures of all regions by their key
    Column("folder", Text, nullable=False),  # in the bucket of datasets
    Column("made_at", UtcDateTime, nullable=False),
)

demands = Table(
    "demands", metadata,  # slices that evaluations ask for, and those that earlier ones of the same dataset asked for
    Column("evaluation_id", String(16), primary_key=True),
    Column("facet", String(32), primary_key=True),  # schemas.evaluation.SliceFacet
    Column("name", NAME, primary_key=True),  # of the slice
    Column("release", String(255), nullable=False),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("rank", Integer),  # from 1 on; empty where it asks no more
    Column("reason", String(16), nullable=False),  # schemas.demand.DemandReason; of the earlier demand where it asks no more
    Column("figure", Float),
    Column("half_width", Float),
    Column("regions", Integer, nullable=False),
    Column("wanted", Integer, nullable=False),
    Column("weight", Float, nullable=False),
    Column("accepted", JSON, nullable=False),  # bonuses: campaign, points, first_day, last_day
)

sources = Table(
    "sources", metadata,  # public data sets that were imported
    Column("source", String(64), primary_key=True),  # public/NAME; its readings are accepted under this name
    Column("licence", Prose, nullable=False),
    Column("allows", JSON, nullable=False),  # schemas.sources.Use
    Column("form", String(32), nullable=False),  # the format that it was read by
    Column("unit", String(16), nullable=False),
    Column("is_truth", Boolean, nullable=False),  # whether its labels are what people saw
    Column("added_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),  # when anything of this row changed last
    Column("details", JSON, nullable=False),  # what else is known of it: title, description
)

imported = Table(
    "imported", metadata,  # pictures of public data sets, with their labels
    Column("key", KEY, primary_key=True),  # of the object in the bucket of submissions
    Column("source", String(64), nullable=False, index=True),
    Column("name", Prose, nullable=False),  # as its data set names it
    Column("raw_sha256", String(64), nullable=False),  # of the picture as it was sent
    Column("licence", Prose),  # of this picture; empty where its source's counts
    Column("split", Text, nullable=False),  # the source's own; empty where it has none
    Column("part_of", Text, nullable=False),  # what belongs to it is never in two splits; empty where it stands alone
    Column("unit", String(16), nullable=False),
    Column("image_kind", String(16)),
    Column("conditions", JSON, nullable=False),
    Column("width", Integer, nullable=False),  # of the upright picture, as its labels count pixels
    Column("height", Integer, nullable=False),
    Column("regions", Text),  # as in readings; empty where it has no labels
    Column("digest", String(64), nullable=False),  # of all that its reading is made of
    Column("settled_at", UtcDateTime),  # empty while nobody has looked what became of the picture
    Column("reading_id", String(32), index=True),  # that its labels became
    Column("problem", Prose),  # why they became none
    Index("ix_imported_unsettled", "key", sqlite_where=Column("settled_at").is_(None),
          postgresql_where=Column("settled_at").is_(None)),
)

leases = Table(
    "leases", metadata,
    Column("kind", String(32), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("holder", String(64), nullable=False),
    Column("token", BigInteger, nullable=False),  # grows with every change of holder: the fence against late workers
    Column("expires_at", UtcDateTime, nullable=False),
)

runs = Table(
    "runs", metadata,  # of verbs: what the morning page tells of
    Column("run_id", String(64), primary_key=True),  # Prefect's
    Column("verb", String(32), nullable=False),
    Column("name", NAME, nullable=False),
    Column("parent", String(64)),
    Column("host", NAME, nullable=False),
    Column("holder", String(64), nullable=False),
    Column("started_at", UtcDateTime, nullable=False, index=True),
    Column("ended_at", UtcDateTime),
    Column("state", String(16), nullable=False),
    Column("counts", JSON, nullable=False),
    Column("notes", JSON, nullable=False),
    Column("error", Prose),
    Column("free_bytes", BigInteger),
    Index("ix_runs_verb", "verb", "started_at"),
)

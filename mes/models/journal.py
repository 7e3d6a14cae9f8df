"""The journal, verbatim and chained per source, and the head of every chain."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Column, Integer, LargeBinary, UniqueConstraint
from sqlmodel import Field, SQLModel

# SQLite gives an automatic number only to INTEGER PRIMARY KEY; PostgreSQL should count in 64 bits.
_POSITION = BigInteger().with_variant(Integer(), "sqlite")


class SiteRow(SQLModel, table=True):
    """The one row that says whose database this is (ISA-95 site). Not a projection."""

    __tablename__ = "site"

    id: int = Field(default=1, primary_key=True)
    name: str
    kind: str
    identity: UUID
    created_at: datetime


class JournalRow(SQLModel, table=True):
    """One record as its source wrote it. Not a projection: everything else is rebuilt from here."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("source", "seq"),)

    position: int | None = Field(default=None, sa_column=Column(_POSITION, primary_key=True, autoincrement=True))
    source: str
    seq: int = Field(sa_type=BigInteger)
    record_id: UUID = Field(unique=True)
    kind: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    received_at: datetime


class SourceHead(SQLModel, table=True):
    """Where each source's chain stands. Not a projection: it catches a journal that lost its tail."""

    __tablename__ = "source_head"

    source: str = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: bytes = Field(sa_column=Column(LargeBinary, nullable=False))

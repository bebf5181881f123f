"""What all tables share: one convention for the names of constraints, one for types."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Float, MetaData
from sqlalchemy.orm import DeclarativeBase

NAMING = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """All tables; constraint names follow one convention on every database."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {
        float: Float(53),
        list[Any]: JSON,
    }

"""Kinds of values in a station's files: tables that stay as they were read, and files named beside the document."""

import os
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    PlainSerializer,
    SerializationInfo,
    SerializerFunctionWrapHandler,
    ValidationInfo,
    WrapSerializer,
)


def frozen(value: Any) -> Any:
    """A table or list from a file, made immutable all the way down."""
    if isinstance(value, Mapping):
        return MappingProxyType({key: frozen(item) for key, item in value.items()})
    return tuple(frozen(item) for item in value) if isinstance(value, list | tuple) else value


def thawed(value: Any) -> Any:
    """What `frozen` froze, as the plain tables and lists that can be written."""
    if isinstance(value, Mapping):
        return {key: thawed(item) for key, item in value.items()}
    return [thawed(item) for item in value] if isinstance(value, tuple) else value


def _thawed_first(value: Any, write: SerializerFunctionWrapHandler) -> Any:
    return write(thawed(value))


def _existing(path: Path, info: ValidationInfo) -> Path:
    context: Any = info.context
    found = Path(context["path"].parent / path.expanduser()).resolve()
    if not found.is_file():
        raise ValueError(f"there is no file {found}\nwrite a path that is absolute or starts at this file's folder")
    return found


def _existing_folder(path: Path, info: ValidationInfo) -> Path:
    context: Any = info.context
    found = Path(context["path"].parent / path.expanduser()).resolve()
    if not found.is_dir():
        raise ValueError(f"there is no folder {found}\nwrite a path that is absolute or starts at this file's folder")
    return found


def _from_folder(path: Path, info: SerializationInfo) -> str:
    context: Any = info.context
    return str(path) if context is None else Path(os.path.relpath(path, context["path"].parent)).as_posix()


FrozenMapping = (AfterValidator(frozen), WrapSerializer(_thawed_first))
"""Marks a mapping in a document as immutable: ``Annotated[Mapping[...], *FrozenMapping]``."""
Table = Annotated[Mapping[str, Any], *FrozenMapping]
"""A table whose keys belong to whoever reads it."""
ExistingFile = Annotated[Path, AfterValidator(_existing), PlainSerializer(_from_folder)]
"""A file named relative to the document: absolute once loaded, relative in the digest, which survives a move."""
ExistingFolder = Annotated[Path, AfterValidator(_existing_folder), PlainSerializer(_from_folder)]
"""A folder named in the same way."""

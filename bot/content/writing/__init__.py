"""Write what was loaded back into responses/: the inverse of load_editions and load_directory."""

from __future__ import annotations

from bot.content.writing.resources import resource_files, write_resources
from bot.content.writing.scripts import script_files, write_editions

__all__ = ["resource_files", "script_files", "write_editions", "write_resources"]

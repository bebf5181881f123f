"""Rasa-side parts: the importer, script-naming NLG, native actions, tracker store and worker."""

from bot.library_warnings import hush_libraries

# Before any module here imports Rasa, which warns about what it stands on.
hush_libraries()

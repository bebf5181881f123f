"""Rasa-side parts: the importer, script-naming NLG, native actions, tracker store and worker."""

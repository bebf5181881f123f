"""Conversations go through the gateway's own pipeline and Rasa, without a network."""

from tests.conftest import import_rasa

import_rasa()

"""Part of the built encoder's name: raise it when the graph's numbers change."""

GRAPH_VERSION = "1"

"""The catalogue: policies as files, checked against their text and loaded as a whole."""

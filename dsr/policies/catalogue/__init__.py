"""The catalogue: policies as files, checked against their text and loaded as a whole.

`catalogue.loading.load` brings files into the database, `catalogue.export.exported` prints
what is there. (Nothing is imported here: models are not ready when the package is.)
"""

"""The model catalog: schemas, storage formats, importers and the shipped records."""

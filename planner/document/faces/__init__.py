"""The formats of a document, one file each: all show the same texts of the same figures."""

"""The chapters of a document, one file each: from answers to figures, tables and charts."""

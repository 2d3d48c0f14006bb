"""The report as a document: one record made from answers, written as HTML, PDF, XLSX, Markdown and JSON."""

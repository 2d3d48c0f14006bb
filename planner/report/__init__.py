"""Answers as text: JSON, CSV, Markdown and tables for the terminal."""

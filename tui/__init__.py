"""The Textual app. It computes nothing: it builds a request, a worker plans, one handler draws."""

"""The main job: the cheapest cluster that serves a request, or what stands in the way."""

"""From a launch line, a script or a manifest back to a deployment."""

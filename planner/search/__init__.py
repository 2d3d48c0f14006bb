"""Every legal candidate of a scope, evaluated in bulk."""

"""What stands beside the form, one view a file; a view draws what it is given and asks by messages."""

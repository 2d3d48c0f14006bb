"""Charts of text: what they show, their scales, and how they are drawn."""

"""`make docs`: the figures and the example outputs in the documents, computed anew.

A document marks what is computed: a block between `<!-- figure: NAME -->` and `<!-- end -->`, and the output of each
command that follows `$ ` in a block of kind `console`. Everything else is written by hand.
"""

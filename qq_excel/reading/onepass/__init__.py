"""Small sheets in one pass over their bytes.

Known writers write cells in one way only. Where a sheet holds nothing else, :mod:`cells` finds them all at once while the guard looks at
its bytes anyway; :mod:`sheet` makes the columns of them that reading asks for. That takes a third of what the bulk reader takes with all
that must be asked of its answers: it guesses the type of a column, and tells no text that looks like a number from a number.
Whatever is out of the ordinary raises :class:`~qq_excel.reading.onepass.cells.NotPlain` and is left to the bulk reader,
which gives the same cells.
"""

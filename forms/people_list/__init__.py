"""A list of residents that an office keeps in a spreadsheet, read into households.

    table = tables.read_list(data)                         # raises ListRefused
    chosen = columns.guess(table.headings)                 # which column holds what; the worker may choose otherwise
    read = households.read_households(table, chosen, community_code, on)

Nothing is invented: a row that cannot be understood keeps its household out, with the row and the reason.
"""

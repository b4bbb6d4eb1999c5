"""What others do with one ledger: bare readers, and checks that find the same rows as ours (see :mod:`benchmarks.equal`).

Each is written as a competent user of it would: schema built once, whole columns at a time where it can, nothing done twice.
All take types, required columns, words, lengths, signs and unique numbers from the kind, and fifteen of the rules on rows.
In our disfavour: ours also looks for white space, odd fractions, wrong check digits, a name with two codes, the end of
limitation, and what a workbook has besides its table. Ours also marks a copy of each faulty workbook and keeps the accepted tables:
of the others, only pandas with openpyxl has the means, and does so; without it is a contestant of its own.
"""

"""The add-in file for Excel, ``qq_excel.xlam``, made from text where it is installed.

``compound``, ``vba``
    the two formats inside a macro file: MS-CFB and MS-OVBA;
``patches``
    what is changed in the macros of the installed xlwings, and why;
``ribbon``, ``wrappers``
    customUI and the macros that are generated from the tables of buttons and functions;
``package``
    the file; ``places``, ``install``, ``doctor``, ``bundle``: where it goes and whether it works.
"""

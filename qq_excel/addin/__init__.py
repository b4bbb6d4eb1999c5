"""The buttons 清欠: in Excel's ribbon and in LibreOffice's toolbar, one table of buttons for both.

``buttons``
    what there is to press: ids, labels, tips, key tips, icons;
``functions``
    the worksheet functions, plain Python over ranges;
``excel``
    the add-in file for Excel, made from text where it is installed.

Loading this package loads nothing heavy: on macOS each click starts Python anew.
"""

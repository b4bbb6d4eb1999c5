"""What can be typed, by what it is about: one thin function per command; what it does stands elsewhere."""

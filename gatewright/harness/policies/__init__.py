"""What each policy element does: one file per element, the file name is the registration.

A file has one function `prepare(node) -> Step`. It takes from the node what it knows; the rest is refused at
load.
"""

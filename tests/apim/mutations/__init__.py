"""Good policy documents, made wrong in one place: is the fault found there, and with its code?"""

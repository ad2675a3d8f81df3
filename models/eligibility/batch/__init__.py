"""The same rules over the whole register at once, with exactly the answers of the scalar kernel.

Pure numpy: no SQL, no screen. Nothing imports this package when the application starts; import from its modules.
"""

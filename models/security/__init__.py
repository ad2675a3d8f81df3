"""Keys: the key store, device identity, sealing."""

"""Pictures as bytes: read with limits, turned, cropped, and written anew from the pixels alone. Knows no records."""

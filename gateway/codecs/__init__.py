"""How bytes of one device ecosystem become items: one file each."""

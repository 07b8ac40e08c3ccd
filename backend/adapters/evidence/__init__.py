"""How evidence is written: pages for people, a ZIP, a signature."""

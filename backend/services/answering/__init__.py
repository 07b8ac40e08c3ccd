"""Use cases around answers: links are made, steps are taken by link or by reply, people alone on site are watched."""

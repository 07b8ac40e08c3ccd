"""Use cases of calls: begin one by a click, write down what came of it, find out who calls."""

"""The `./care` command: sets up, starts and watches the programs. It holds no logic of theirs."""

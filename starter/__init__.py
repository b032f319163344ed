"""The doors: HTTP, the command line, the inbox folder and the simulator."""

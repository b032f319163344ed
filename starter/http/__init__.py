"""The HTTP door's parts: who may come in, what is read and answered, and how a fault is said."""

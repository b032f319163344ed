"""Bank statements: read from what a bank sends."""

"""The shapes that cross a border: contracts, acts, events, state. Models only; the rules live in `terms`."""

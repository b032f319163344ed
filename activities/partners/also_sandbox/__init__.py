"""A sandbox of ALSO Cloud Marketplace: its SimpleAPI over HTTP, with the faults it is known for, each behind a switch.

It keeps what was asked in a folder. Time is the caller's: each customer's subscriptions live by the business time that
comes with the calls about them, as contracts rehearsed side by side have clocks of their own; without one, by the
clock that was set, or else the real one. Time never goes back.
"""

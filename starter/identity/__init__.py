"""Who is at the door: tokens become accounts."""

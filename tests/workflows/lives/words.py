"""People's words and data in the lives, which may stand in nothing that is kept or seen in clear."""

SECRET = "Kalniņa atvaļinājumā"
"""In every note."""
PERSONAL = (
    *(SECRET, "Anna", "Bērziņa", "Elīna", "Jānis", "anna@example.lv", "juris@", "rekini@example.lv", "gramatvede@"),
    *("29000101", "29123456", "29000102", "uY7-kalva-94", "My surname"),
)

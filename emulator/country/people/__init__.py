"""People who cannot exist.

``strangers`` are forty passers-by of the pack ``co-ban``; ``census`` fills a province with families. Faker is imported
when the first name is drawn.
"""

from emulator.country.people.strangers import FEMALE, MALE, NOWHERE, Person, citizen_id, people, person_of

__all__ = ["FEMALE", "MALE", "NOWHERE", "Person", "citizen_id", "people", "person_of"]

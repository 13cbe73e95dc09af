"""The job store: SQLModel tables inside, frozen domain objects outside."""

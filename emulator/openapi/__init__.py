"""The interfaces as a document: OpenAPI, the page that shows it, and collections made from it."""

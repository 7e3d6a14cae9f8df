"""What commands show: each a page for a person, and the same as a document or CSV."""

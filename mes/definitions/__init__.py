"""Definition files: read strictly, checked against each other and the site, compared with what is released, applied."""

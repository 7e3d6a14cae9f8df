"""What people do at the centre: each act is checked and recorded in one transaction."""

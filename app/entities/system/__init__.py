"""Users, roles, teams, regions and what the product itself keeps."""

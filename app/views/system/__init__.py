"""The screens of users, roles, settings, jobs, teams and regions."""

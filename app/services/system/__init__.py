"""Use cases of running the product: accounts and roles."""

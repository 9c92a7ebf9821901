"""What set-up and the people who work on Kehu need; the product itself never imports it."""

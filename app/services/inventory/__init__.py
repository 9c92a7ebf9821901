"""What warehouses hold: levels that never go below zero, and the ledger they add up from."""

def spoil_ledger(made): return []

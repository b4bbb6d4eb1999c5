def spoil_process(made): return []

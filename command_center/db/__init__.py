"""Floor 2: the database. Tables keep the promises, `work` is one transaction, `tracks` keeps positions apart."""

"""Floor 4: what runs beside the web process. `python -m workers relay | work | drill | direct`, each a child of the supervisor."""

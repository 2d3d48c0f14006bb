"""Self-hosting against APIs: what each costs a month, where they cross, and how sure that is."""

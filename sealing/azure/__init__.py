"""Azure Key Vault as the key store and the provider of master keys; nothing else of the product imports Azure."""

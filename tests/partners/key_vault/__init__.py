"""A Key Vault and its token endpoint on this machine, speaking their protocols over HTTPS to the vendor's own SDK.

Source: Microsoft's REST references of Key Vault keys and secrets, its pages on soft-delete, authentication and error
codes, and the requests that the SDK was seen to send.
"""

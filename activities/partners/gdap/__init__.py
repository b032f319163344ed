"""Microsoft Graph, where the customer's delegation for remote support is asked for and looked after (M365-5).

Source: Microsoft's reference of delegatedAdminRelationship and of the OAuth 2.0 client credentials flow.
"""

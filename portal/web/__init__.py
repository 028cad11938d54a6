"""Views by audience, and what both apps share: headers, access, errors, assets."""

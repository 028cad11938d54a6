"""An issuer: who may speak, without knowing what is said or who said it.

A process and a store of its own, apart from the portal's: the roster, the claim codes and the key that signs blindly
are here and nowhere else. The portal never imports this package, and this package never imports the portal's rooms;
the two know each other by signed statements (``portal.crypto.statements``) alone.
"""

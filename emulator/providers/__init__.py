"""Who answers: plain Python. No Flask, no marshmallow, never another provider, never a gateway."""

"""The two doors of the country: who is let in, and how a refusal is worded. No Flask here."""

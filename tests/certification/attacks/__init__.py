"""Forged bundles: made by somebody who has all of this code, the vendor's own key, and a run that did not go well."""

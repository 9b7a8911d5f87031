"""The reference client: how a province's system should talk to the national platforms. It passes every kit.

Read it as documentation: ``wire`` moves bytes, ``gateway`` keeps a token and knows when to try again, ``forms`` turns
what the counter knows into the 44 official fields, ``tasks`` does what a certification asks. It needs nothing of the
emulator's own code.
"""

"""What fell short, and how it is made good: noticed, priced, approved, carried out.

``resolutions`` takes what is asked, ``ground`` says what plans are priced on, ``steps``
what carrying one out means elsewhere; ``view``, ``office`` and ``preview`` show it.
"""

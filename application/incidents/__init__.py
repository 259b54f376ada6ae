"""One cause, many orders: declared, estimated, approved, rolled out and reviewed.

``incidents`` takes what is asked, ``offers`` says what each order is offered, ``sums``
and ``scores`` what that comes to, ``office`` shows it to those it is for.
"""

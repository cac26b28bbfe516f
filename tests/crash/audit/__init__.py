"""An auditor of transfers and of the money that is on hold for them. It reads nothing but the API:
the balances of a ledger as one cut, its transactions, and transfers; it knows nothing of the server
and nothing of what clients were answered.

What it holds a server to, and where:

  cuts.py         of every cut, whatever runs beside it: all balances of an asset add up to 0; the
                  LSN does not fall; available and onHold of an account inside are not below zero; a
                  balance whose version is the same is the same
  between.py      of every cut, too: each balance is what transactions explain that were seen before
                  and after it, so that available + onHold changes only by committed money
  paths.py        each transfer's statusHistory is a path of its type, only ever grows, and what has
                  ended stays as it is (but for the chargeback of a TED_IN)
  books.py        at rest: each hold ended once and as its transfer did, and every balance is what
                  transactions come to, and what the states of transfers come to, each by itself

    auditor = Auditor(tenant, ledger, get)   get(path) gives (status, body)
    findings = auditor.look()    while others write
    findings = auditor.settle()  when nobody does, and nothing moves by itself

A finding is a sentence. None ever rests on clocks or speed: what overlaps may have happened in
either order.
"""

from audit.auditor import Auditor

__all__ = ["Auditor"]

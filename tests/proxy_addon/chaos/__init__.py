"""Chaos, by one command: `python -m tests.proxy_addon.chaos --exchanges 10000 --kills 200 --parallel 500`.

The real process between a scripted upstream and raw clients, and in front of a scripted Azure Monitor:
upstreams that end by FIN or RST, break their framing or their content; clients that leave, reset or read
slowly; `kill -9` at random points (of work, start and drain) and a restart on the same journal, now under
the same name, now under another one that has to adopt what was left; a disk that is full for moments; a
receiver that answers 429 and 500, waits and cuts. In the end what refuses a receiver's rows is mended, and
the dead letters are sent again.

Then everything is compared. *Truth* is what the upstream itself would have given the client, who never
asked for usage; what was cut is a prefix of it.

* **lost**: the request reached the upstream, and no record has its id. (A begin is in the page cache before
  the request is forwarded, so each of them counts here; `--begin-durable` is about the node, not the
  process.)
* **doubled**: two record ids of one attempt, or one record id with different contents, in the ledger or at
  a sink. The same line twice is at-least-once and is counted apart (`raw_duplicates`).
* **wrong**: a record says `reported` and has other numbers than the upstream sent, or the upstream sent
  none.
* **unlike**: what a client must not see: a body that is no prefix of the truth; an answer that its framing
  (last chunk, stated length) calls whole, and is not the truth or was never whole; another status than the
  upstream's, or than 502 where the upstream gave no valid head; where nothing disturbed it (it had ended
  before the kill, its client stayed, the upstream gave all, the disk was not full), anything but the whole
  truth. A connection's end proves nothing: neither for an answer without framing, nor for one that a kill
  cut.
* **inexact**: a client has, by its framing, the whole of an answer with usage, and the record is not
  `reported`: the end is in the journal before the last byte goes out. Only of a life whose disk was full
  before it was killed may ends have waited in memory; such are counted apart (`inexact_disk`).
* **astray**: records of the ledger that a sink does not have in the end, or the other way round.
"""

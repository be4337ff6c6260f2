"""Where usage records go: one module per kind, its scheme in `registry.SINKS`.

A sink packs records into parcels and sends one parcel at a time; it keeps no state that a record depends on.
`shipper.Shipper` reads the journal, retries, keeps the cursor and the dead letters, in a thread of its own.
`jsonl.JsonLines` is the file that lines are appended to.
"""

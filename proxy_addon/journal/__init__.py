"""The journal: the proxy's own begin/end log, append-only, checksummed, in segments, one folder per replica.

```
<journal>/<replica>/lease                     held by the process that writes here
<journal>/<replica>/00000000000000000001.seg  frames, see `frames`
<journal>/<replica>/cursors/<sink>.json       how far a sink has read, see `cursor`
<journal>/<replica>/adopted/<other>/…         the folder of a replica that is gone, of the same shape
```
Sinks read settled records through `settled.SettledReader`, each with its own cursor.
"""

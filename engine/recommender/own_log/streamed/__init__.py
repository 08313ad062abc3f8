"""A log of the server's own folder, larger than memory: prepared in shards, learnt from piece by piece."""

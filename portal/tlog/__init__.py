"""The transparency log without its storage: an auditor can read and run this package alone (stdlib + ``cryptography``).

It follows C2SP (signed-note, tlog-checkpoint, tlog-tiles, tlog-proof, tlog-cosignature, tlog-policy, tlog-witness) over
RFC 6962's tree. It has no clock and no file, and no network but for :func:`portal.tlog.witness.request_cosignature`:
bytes come in through callables and go out as values. Every text format is a frozen dataclass whose ``str()`` and
``parse()`` are inverse, and ``parse`` refuses all that ``str()`` does not write (only a policy, which people write by
hand, may be written in more than one way).

A log grows, and signs what it has become::

    from portal.tlog import checkpoint, keys, merkle, tiles

    key = keys.SignerKey("feedback.example/log", seed)              # 32 secret bytes
    hashes = merkle.leaf_hashes(entries)
    for tile in tiles.new_tiles(old_size, new_size, read_tile, hashes):
        store(str(tile.path), tile.data)                             # tile/0/x001/067.p/12
    tree = tiles.TileTree(new_size, read_tile)                       # read_tile(level, index, width) -> bytes
    note = checkpoint.sign_checkpoint(checkpoint.Checkpoint(key.name, new_size, tree.root), key)

It proves that a leaf is in it, and the holder of the file checks that without the log::

    from portal.tlog import proof

    file = str(proof.LogProof(index, tuple(tree.inclusion_proof(index)), note))
    proof.verify_proof(file, merkle.leaf_hash(entry), keys.VerifierKey.parse(vkey))     # raises what is wrong

It proves that it only ever grew, and an auditor reads the whole of it again::

    from portal.tlog import replay

    path = tree.consistency_proof(old.size)
    merkle.verify_consistency(old.size, old.root, new.size, new.root, path)
    for part in replay.replay(new.size, new.root, read_bundle, read_tile):
        look_at(part.start, part.entries)

Whatever is refused is refused by a name of :mod:`portal.tlog.errors`, all of them :class:`ValueError`.
"""

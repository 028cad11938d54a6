"""The transparency log's store: declared events become leaves; submissions wait in a pool and are shuffled in."""

// Which files are fetched together. The portal must not learn from what is fetched who can read which comment, so files come
// by the shelf: neighbours in the order of their hashes, which is the same for every reader. Most consultations have one.

const ROOM = 24 * 1024 * 1024; // bytes of a shelf; a file that is larger stands alone

/** The shelf of `sha256`, or the first one without it: a part of `items`, [{sha256, size}] in the portal's order. */
export function shelfOf(items, sha256 = null, room = ROOM) {
  let shelf = [];
  let filled = 0;
  let holds = sha256 === null;
  for (const item of items) {
    if (shelf.length && filled + item.size > room) {
      if (holds) return shelf;
      [shelf, filled] = [[], 0];
    }
    shelf.push(item);
    filled += item.size;
    holds ||= item.sha256 === sha256;
  }
  return holds ? shelf : [];
}

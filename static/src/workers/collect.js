// Drawing, blinding and unblinding ballots, off the page's thread. Nothing is kept here; the page ends the worker.

import { begin, unblind } from "../lib/collecting.js";
import { serve } from "../lib/worker-server.js";

serve({
  /** {consultation, keys: {issuer: DER}, each} -> a collection (lib/collecting.js). Progress: ballots blinded so far. */
  begin: ({ consultation, keys, each }, progress) => begin(consultation, keys, each, progress),

  /** {collection, issuer, answers: [256 bytes]} -> that issuer's signatures, each verified */
  unblind: ({ collection, issuer, answers }) => unblind(collection, issuer, answers),
});

// Cleaning pictures, away from the page.

import { serve } from "../lib/worker-server.js";
import { stripImage } from "../strip/image.js";
import { cleanly } from "../strip/refusal.js";

serve({
  /** {data: bytes, most: bytes of the result} -> {data, type, removed: [{kind, count}], left: [kind]}; refuses with "file-..." */
  async strip({ data, most }) {
    const { removed, ...made } = await cleanly(() => stripImage(data, { most }));
    return { ...made, removed: removed.list(), left: ["seen", "sensor"] };
  },
});

// Cleaning Office files, away from the page.

import { serve } from "../lib/worker-server.js";
import { stripOffice } from "../strip/office.js";
import { cleanly } from "../strip/refusal.js";

serve({
  /** {data: bytes} -> {data, type, removed: [{kind, count}], left: [kind]}; refuses with "file-..." */
  async strip({ data }) {
    const { removed, ...made } = await cleanly(() => stripOffice(data));
    return { ...made, removed: removed.list() };
  },
});

// Cleaning Office files, away from the page.

import { serve } from "../lib/worker-server.js";
import { stripOffice } from "../strip/office.js";

serve({
  /** {data: bytes} -> {data, type, removed: [{kind, count}], left: [kind]}; refuses with "file-..." */
  async strip({ data }) {
    const { removed, ...made } = await stripOffice(data);
    return { ...made, removed: removed.list() };
  },
});

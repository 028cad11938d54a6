// Cleaning PDF files, away from the page.

import { serve } from "../lib/worker-server.js";
import { stripPdf } from "../strip/pdf.js";
import { cleanly } from "../strip/refusal.js";

serve({
  /** {data: bytes} -> {data, type, removed: [{kind, count}], left: [kind]}; refuses with "file-..." */
  async strip({ data }) {
    const made = await cleanly(() => stripPdf(data));
    return { data: made.data, type: "pdf", removed: made.removed.list(), left: ["written", "under", "fonts"] };
  },
});

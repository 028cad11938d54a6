// Reading QR codes. The decoder is large, so it comes as a worker: a page that never scans never fetches it.

import { decodeQR } from "qr/decode.js";

import { serve } from "../lib/worker-server.js";

// A camera brings the next picture soon; for a single one the decoder may try harder.
const HASTE = { effort: 4, timeLimit: 60 };
const PATIENCE = { effort: 400, timeLimit: 3000 }; // milliseconds

serve({
  /** {width, height, pixels: buffer of RGBA, patient} -> the code's text, or null where no code can be read */
  decode({ width, height, pixels, patient }) {
    const image = { width, height, data: new Uint8ClampedArray(pixels) };
    try {
      return decodeQR(image, patient ? PATIENCE : HASTE);
    } catch {
      return null; // the decoder says "nothing found" by throwing
    }
  },
});

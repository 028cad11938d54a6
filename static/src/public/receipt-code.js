// A receipt code as people type it, with a plain word about what is wrong with it.
import { toB64url } from "../lib/bytes.js";
import { ALPHABET, foldCode } from "../lib/crockford.js";
import { locator, parseReceipt } from "../lib/receipt.js";

const LENGTH = 18;

/** What is wrong with a typed code: `key` of the page's words and the values that they take. */
export class CodeError extends Error {
  constructor(key, values = {}) {
    super(key);
    this.key = key;
    this.values = values;
  }
}

/** The ten bytes of a typed code, or a CodeError. */
export function readCode(typed) {
  const symbols = [...foldCode(typed.normalize("NFKC"))];
  const stranger = symbols.find((symbol) => !ALPHABET.includes(symbol));
  if (symbols.length === 0) throw new CodeError("codeEmpty");
  if (stranger) throw new CodeError("codeSymbol", { symbol: stranger });
  if (symbols.length !== LENGTH) throw new CodeError("codeLength", { count: symbols.length });
  try {
    return parseReceipt(symbols.join(""));
  } catch {
    throw new CodeError("codeCheck");
  }
}

/** What the server is asked for, as base64url: it cannot be turned back into the code. */
export async function locatorOf(raw) {
  return toB64url(await locator(raw));
}

// The paraphrase as people type it (plain text with few signs) and as the server keeps it (few tags, no attribute).
//
//   a blank line parts paragraphs; "- " or "1. " begins a line of a list; *soft* and **strong**; \* is a star.
//
// Nothing here touches the page: previews are built node by node from `parse`, never from HTML text.

const BULLET = /^- +(.*)$/u;
const NUMBER = /^\d{1,2}\. +(.*)$/u;
const INLINE = /\\\*|\*\*(?=\S)((?:\\\*|[^*])+?)(?<=\S)\*\*|\*(?=\S)((?:\\\*|[^*])+?)(?<=\S)\*/gu;
const TOKEN = /<(\/?)(p|br|em|strong|ul|ol|li)\s*\/?>|([^<]+)|</giu;
const ENTITIES = { "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'", "&nbsp;": " ", "&amp;": "&" };

/** Typed text -> blocks: {kind: "p"|"ul"|"ol", lines: [[{mark: ""|"em"|"strong", text}]]}. */
export function parse(text) {
  const blocks = [];
  for (const line of text.normalize("NFC").split("\n")) {
    const { kind, rest } = kindOf(line.trim());
    const last = blocks.at(-1);
    if (!kind) blocks.push(null);
    else if (last?.kind === kind) last.lines.push(inline(rest));
    else blocks.push({ kind, lines: [inline(rest)] });
  }
  return blocks.filter(Boolean);
}

function kindOf(line) {
  if (!line) return { kind: "" };
  const bullet = BULLET.exec(line);
  if (bullet) return { kind: "ul", rest: bullet[1] };
  const number = NUMBER.exec(line);
  return number ? { kind: "ol", rest: number[1] } : { kind: "p", rest: line };
}

function inline(line) {
  const parts = [];
  const push = (mark, text) => {
    const last = parts.at(-1);
    if (last?.mark === mark) last.text += text;
    else if (text) parts.push({ mark, text });
  };
  let from = 0;
  for (const match of line.matchAll(INLINE)) {
    push("", line.slice(from, match.index));
    if (match[1] !== undefined) push("strong", match[1].replaceAll("\\*", "*"));
    else if (match[2] !== undefined) push("em", match[2].replaceAll("\\*", "*"));
    else push("", "*");
    from = match.index + match[0].length;
  }
  push("", line.slice(from));
  return parts;
}

const escaped = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
const inlineHtml = (line) => line.map(({ mark, text }) => (mark ? `<${mark}>${escaped(text)}</${mark}>` : escaped(text))).join("");

/** Typed text -> the HTML that is sent: paragraphs and lists of the seven tags the server keeps. */
export function toHtml(text) {
  return parse(text)
    .map(({ kind, lines }) =>
      kind === "p"
        ? `<p>${lines.map(inlineHtml).join("<br>")}</p>`
        : `<${kind}>${lines.map((line) => `<li>${inlineHtml(line)}</li>`).join("")}</${kind}>`,
    )
    .join("");
}

/** Words alone, one line for each line: for counting, for comparing with the original. */
export function plain(text) {
  return parse(text)
    .flatMap(({ lines }) => lines.map((line) => line.map((part) => part.text).join("")))
    .join("\n");
}

/** Stored HTML -> typed text; {@link toHtml} is the inverse. Unknown tags stay visible as text. */
export function toText(html) {
  const state = { out: "", list: [], count: 0 };
  for (const match of html.matchAll(TOKEN)) {
    const [whole, close, tag, text] = match;
    if (tag) writeTag(state, tag.toLowerCase(), Boolean(close));
    else state.out += (text ?? whole).replace(/&(?:lt|gt|quot|#39|nbsp|amp);/gu, (name) => ENTITIES[name]).replaceAll("*", "\\*");
  }
  return state.out.replace(/\n{3,}/gu, "\n\n").replace(/[ \t]+\n/gu, "\n").trim();
}

function writeTag(state, tag, close) {
  if (tag === "br") state.out += "\n";
  else if (tag === "em") state.out += "*";
  else if (tag === "strong") state.out += "**";
  else if (tag === "p") state.out += "\n\n";
  else if (tag === "li") {
    if (!close) state.out += state.list.at(-1) === "ol" ? `\n${(state.count += 1)}. ` : "\n- ";
  } else if (close) {
    state.list.pop();
    state.out += "\n\n";
  } else {
    state.list.push(tag);
    state.count = 0;
    state.out += "\n\n";
  }
}

// Small hands for the public pages: find, show, fill. Text goes in as text nodes only; nothing here parses HTML.

/** The element of that id; a missing one is a broken page and stops the script. */
export function byId(id) {
  const found = document.getElementById(id);
  if (!found) throw new Error(`#${id} is missing`);
  return found;
}

/** A copy of the only element inside a <template>. */
export function fromTemplate(id) {
  return byId(id).content.firstElementChild.cloneNode(true);
}

/** The translated words that the page carries in data attributes of #words, or of included [data-words] elements. */
export function words(key, values = {}) {
  const text = carrierOf(key)?.dataset[key] ?? ""; // `{name}` in it is replaced by `values.name`
  return text.replace(/\{(\w+)\}/gu, (whole, name) => (name in values ? String(values[name]) : whole));
}

export function hasWords(key) {
  return carrierOf(key) !== undefined;
}

function carrierOf(key) {
  const own = byId("words");
  if (key in own.dataset) return own;
  return [...document.querySelectorAll("[data-words]")].find(({ dataset }) => key in dataset);
}

export function show(element, visible = true) {
  element.hidden = !visible;
}

/** Move the reader's attention: focus a heading or summary that has tabindex="-1". */
export function attend(element) {
  element.scrollIntoView({ block: "start" });
  element.focus({ preventScroll: true });
}

/** A kid or another hex string in groups of four, as the fingerprint component lays it out. */
export function fillFingerprint(element, hex) {
  const groups = hex.match(/.{1,4}/gu) ?? [];
  element.replaceChildren(
    ...groups.flatMap((group) => {
      const span = document.createElement("span");
      span.textContent = group;
      return [span, " "];
    }),
  );
}

/** A receipt code, breakable between its groups only. */
export function fillCode(element, code) {
  const groups = code.split("-");
  element.replaceChildren(
    ...groups.map((group, place) => {
      const span = document.createElement("span");
      span.textContent = place < groups.length - 1 ? `${group}-` : group;
      return span;
    }),
  );
}

/** "2026-11-30" as the office writes days: padded days and months 1-2 in Vietnamese, words in English. */
export function showDay(day, locale = document.documentElement.lang) {
  const [year, month, date] = day.split("-").map(Number);
  if (locale === "en") {
    const moment = new Date(Date.UTC(year, month - 1, date));
    return new Intl.DateTimeFormat("en-GB", { dateStyle: "long", timeZone: "UTC" }).format(moment);
  }
  const pad = (number) => String(number).padStart(2, "0");
  return `${pad(date)}/${month <= 2 ? pad(month) : month}/${year}`;
}

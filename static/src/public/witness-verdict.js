// What the witnesses' cosignatures on a proof's checkpoint are worth, in the page's words.
import { judgeWitnesses } from "../lib/policy.js";
import { byId, show, showDay, words } from "./dom.js";
import { fillBox, fillFacts } from "./verdict-box.js";

const TONES = { holds: "good", false: "bad", "other-log": "bad" }; // all others leave something open
const LAST_SECOND = 253_402_300_799; // of the year 9999: days have no more than four digits for it
const KEYS = { "other-log": "OtherLog" };

/**
 * Judge and show: `note` is the proof's checkpoint, whose signature by `logKey` has been verified; `found` is what
 * readPolicy gave. Returns the verdict's name.
 */
export async function tellWitnesses(note, logKey, { source, policy }) {
  const judged = policy ? await judgeWitnesses(note, policy, logKey) : { verdict: source, witnesses: [] };
  const { verdict, witnesses } = judged;
  const key = `witness${KEYS[verdict] ?? capital(verdict)}`;
  const [title, text] = ["Title", "Text"].map((part) => words(key + part, countsOf(witnesses)));
  fillBox("witness", { tone: TONES[verdict] ?? "unknown", title, text });
  byId("witness-source").textContent = policy ? words(`source${capital(source)}`) : "";
  fillFacts("witness-list", witnesses.map((one) => [one.name, stateOf(one)]));
  show(byId("witness-verdict"));
  return verdict;
}

/** How many there are, how many cosigned, and who is named falsely. */
export function countsOf(witnesses) {
  const named = (state) => witnesses.filter((one) => one.state === state).map(({ name }) => name);
  return { good: named("good").length, total: witnesses.length, names: named("false").join(", ") };
}

function stateOf({ state, time }) {
  return words(`state${capital(state)}`, { day: state === "good" ? showDay(dayOf(time)) : "" });
}

// To the day: what a witness did at which minute matters to nobody here.
function dayOf(time) {
  const seconds = time < LAST_SECOND ? Number(time) : LAST_SECOND;
  return new Date(seconds * 1000).toISOString().slice(0, 10);
}

const capital = (text) => text.charAt(0).toUpperCase() + text.slice(1);

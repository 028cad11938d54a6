// How many people a comment hides among, in plain numbers; and what it means when they are few.
import { byId, show, words } from "./dom.js";

const FEW_PEOPLE = 20;

/**
 * The crowd of a comment sent with that kind of ballot ("collected" or "card"): {count: ballots of the kind, people: at
 * least so many hold them, used: comments in the log, few: key of the page's words, or ""}.
 * A ballot shows its kind, so only its own kind hides it. Everyone gets `each` of one kind.
 */
export function crowdOf({ turnout, each }, kind) {
  const count = kind === "card" ? turnout.cards : turnout.ballots;
  const people = Math.ceil(count / each);
  const few = kind === "card" ? "fewCards" : "fewPeople";
  return { count, people, used: turnout.used, few: people < FEW_PEOPLE ? few : "" };
}

/** Tell it on the page; with `kind` null, while no ballot is chosen, nothing is told. */
export function tellCrowd(info, kind) {
  show(byId("crowd"), kind !== null);
  if (kind === null) return show(byId("few"), false);
  const { few, ...crowd } = crowdOf(info, kind);
  byId("crowd").textContent = words(kind === "card" ? "crowdCards" : "crowd", crowd);
  if (few) byId("few-text").textContent = words(few, { ...crowd, people: crowd.people });
  return show(byId("few"), few !== "");
}

// The panels beside an opened comment, one per feature, in the page's order.
//
// A panel is made once, by `new Panel(words, api, unsealer)`: the dataset of #words, the requests (api.js) and the hold on
// the worker (vault.js), whose call(type, data, onProgress) reaches the handlers of workers/unseal-<feature>.js. Then
//   show(row)   a comment is opened: {index, payload (null when it does not have the agreed form), text, ...}
//   clear()     the desk locks or no comment is open: nothing read may stay in the page or in reach
//   get dirty   whether it holds work that is not saved; the desk asks before it leaves the comment
// A panel may have discard(), called when the moderator gives unsaved work up; save(), which resolves with whether it is
// saved; refresh(row), called when the open comment's coding was saved. Its place in the page is
// templates/staff/moderation/_<feature>.html; where that is not rendered the panel's class says so by static get present.

import { Compare } from "./compare.js";
import { Files } from "./files.js";
import { Hands } from "./hands.js";
import { History } from "./history.js";
import { Redact } from "./redact.js";
import { Suggestions } from "./suggestions.js";
import { Talk } from "./talk.js";

/** The panels' classes. */
const PANELS = [Files, Hands, Compare, Suggestions, History, Redact, Talk];

/** All panels as one: what the desk holds. */
export class Panels {
  constructor(words, api, unsealer, classes = PANELS) {
    this.panels = classes.filter((Panel) => Panel.present ?? true).map((Panel) => new Panel(words, api, unsealer));
  }

  /** The panel of that class, for what the keyboard does with it. */
  of(Panel) {
    return this.panels.find((panel) => panel instanceof Panel);
  }

  get dirty() {
    return this.panels.some((panel) => panel.dirty);
  }

  /** The coding of the row that is open was saved: a panel that shows codings shows them anew, others stay as they are. */
  refresh(row) {
    for (const panel of this.panels) panel.refresh?.(row);
  }

  /** Save what is not saved; false where a panel cannot. */
  async save() {
    for (const panel of this.panels) {
      if (panel.dirty && !(await panel.save?.())) return false;
    }
    return true;
  }

  show(row) {
    for (const panel of this.panels) panel.show(row);
  }

  clear() {
    for (const panel of this.panels) panel.clear();
  }

  discard() {
    for (const panel of this.panels) panel.discard?.();
  }
}

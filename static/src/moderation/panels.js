// The panels beside an opened comment, one per feature, in the page's order.
//
// A panel is made once, by `new Panel(words, api, unsealer)`: the dataset of #words, the requests (api.js) and the hold on
// the worker (vault.js), whose call(type, data, onProgress) reaches the handlers of workers/unseal-<feature>.js. Then
//   show(row)   a comment is opened: {index, payload (null when it does not have the agreed form), text, ...}
//   clear()     the desk locks or no comment is open: nothing read may stay in the page or in reach
//   get dirty   whether it holds work that is not saved; the desk asks before it leaves the comment
// A panel may have discard(), called when the moderator gives unsaved work up. Its place in the page is
// templates/staff/moderation/_<feature>.html; where that is not rendered the panel's class says so by static get present.

/** The panels' classes. */
const PANELS = [];

/** All panels as one: what the desk holds. */
export class Panels {
  constructor(words, api, unsealer, classes = PANELS) {
    this.panels = classes.filter((Panel) => Panel.present ?? true).map((Panel) => new Panel(words, api, unsealer));
  }

  get dirty() {
    return this.panels.some((panel) => panel.dirty);
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

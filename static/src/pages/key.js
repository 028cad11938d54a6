// One key of a moderator: passkeys, words, file.

import { layOutFile } from "../keys/file.js";
import { layOutPasskeys } from "../keys/passkeys.js";
import { layOutPhrase } from "../keys/phrase.js";
import { makeApi } from "../moderation/api.js";
import { byId } from "../moderation/dom.js";

const words = byId("words").dataset;
const api = makeApi(words.csrf);
const key = {
  kid: words.kid,
  fetch: () => api.get(words.urlWrapped),
  /** `seen`: the wrapping that was opened; refused where it is not the portal's any more. */
  save: (seen, wrapped) => api.post(words.urlChange, { seen, wrapped }),
};

layOutPasskeys(byId("passkeys"), words, key, () => location.reload());
layOutPhrase(byId("phrase"), words, key);
layOutFile(byId("file"), words, key);

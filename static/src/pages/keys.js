// Where a moderator's key is made: the page of all keys, and the one that replaces a key.

import { layOutMaking } from "../keys/make.js";
import { makeApi } from "../moderation/api.js";
import { byId } from "../moderation/dom.js";

const root = byId("make");
layOutMaking(root, makeApi(root.dataset.csrf));

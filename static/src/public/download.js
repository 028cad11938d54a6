// Offering a text as a file, from memory: nothing is fetched and nothing is stored by the page.

/** Make `link` download `text` under that name; the address lives as long as the page. */
export function offerFile(link, name, text) {
  if (link.href.startsWith("blob:")) URL.revokeObjectURL(link.href);
  link.href = URL.createObjectURL(new Blob([text], { type: "text/plain;charset=utf-8" }));
  link.download = name;
  link.hidden = false;
}

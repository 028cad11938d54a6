// Files that a visitor chooses are read here and put into a field of the page; nothing is sent anywhere.

const MOST = 1_000_000; // bytes; what is larger is none of what these pages read

/** Put the text of the file that is chosen into `field`, as if it had been pasted. */
export function readInto(input, field) {
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (file) fill(field, await textOf(file));
  });
}

/** The file's text, empty for what is too large to be meant. */
export const textOf = async (file) => (file.size <= MOST ? file.text() : "");

/** Set a field and tell its listeners. */
export function fill(field, text) {
  field.value = text;
  field.dispatchEvent(new Event("input"));
}

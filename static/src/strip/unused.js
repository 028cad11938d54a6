// Stands in the bundle for packages of @cantoo/pdf-lib that only drawing from SVG and rich-text forms use: neither is done
// here, and a parser of HTML has no place in these pages (build.mjs).

const unused = () => {
  throw new Error("not part of this build");
};

export const parse = unused;
export const NodeType = {};
export const converter = () => unused;

// What a page needs to be seen: the keys of ISO 32000-2 that describe pages, pictures, fonts, colours and patterns. Whatever
// else stands in a dictionary (authors, dates, histories, thumbnails, private data of programs) is left behind.

const words = (text) => new Set(text.trim().split(/\s+/u));

/** Keys of any dictionary below a page. */
export const KNOWN = words(`
  Type Subtype S Length Filter DecodeParms Predictor Colors Columns EarlyChange K EndOfLine EncodedByteAlign Rows EndOfBlock
  BlackIs1 DamagedRowsBeforeError JBIG2Globals ColorTransform
  ProcSet Font XObject ExtGState ColorSpace Pattern Shading
  Width Height BitsPerComponent Intent ImageMask Mask Decode Interpolate SMask SMaskInData Matte
  FormType BBox Matrix Resources Group CS I
  BaseFont FirstChar LastChar Widths FontDescriptor Encoding ToUnicode DescendantFonts CIDSystemInfo Registry Ordering
  Supplement DW W DW2 W2 CIDToGIDMap FontBBox FontMatrix CharProcs Differences BaseEncoding FontName FontFamily FontStretch
  FontWeight Flags ItalicAngle Ascent Descent Leading CapHeight XHeight StemV StemH AvgWidth MaxWidth MissingWidth FontFile
  FontFile2 FontFile3 CharSet CIDSet Length1 Length2 Length3 CMapName UseCMap WMode
  LW LC LJ ML D RI OP op OPM BG BG2 UCR UCR2 TR TR2 FL SM SA BM CA ca AIS TK G BC
  PatternType PaintType TilingType XStep YStep ShadingType Background AntiAlias Domain Function Coords Extend VerticesPerRow
  BitsPerCoordinate BitsPerFlag Bounds Encode FunctionType Range Size BitsPerSample Order C0 C1 N Functions
  WhitePoint BlackPoint Gamma Colorants Process Components
`);

/** Keys of a page's own dictionary; `Parent` leads up, not down. */
export const PAGE = words("Type Parent Resources Contents MediaBox CropBox BleedBox TrimBox ArtBox Rotate UserUnit Group");

/** Keys of resources whose dictionaries are tables from names, given by the file's maker, to what KNOWN describes. */
export const TABLES = words("Font XObject ExtGState ColorSpace Pattern Shading");

/** The same, wherever they stand. */
export const NAMED = words("CharProcs Colorants");

/** What is told of keys that are left behind; any other is told as "other". */
export const TOLD = {
  Metadata: "xmp", PieceInfo: "private", LastModified: "time", Thumb: "thumbnail", AA: "script",
  Annots: null, StructParents: null, StructParent: null, Properties: null, OC: null, Tabs: null, Trans: null, Dur: null, Name: null, B: null,
};

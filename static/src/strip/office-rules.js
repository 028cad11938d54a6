// What goes and what stays in Office files (ECMA-376 for DOCX, XLSX and PPTX; OpenDocument 1.3 for ODT), by local names.

const words = (text) => new Set(text.trim().split(/\s+/u));

/** Relationships that lead to what can be seen; parts that nothing of this kind leads to are left behind. */
export const KEPT_PARTS = words(`
  officeDocument styles numbering fontTable theme footnotes endnotes header footer settings image chart diagramData diagramLayout
  diagramQuickStyle diagramColors diagramDrawing chartUserShapes chartStyle chartColorStyle themeOverride
  worksheet chartsheet sharedStrings drawing table slide slideLayout slideMaster tableStyles
`);

/** What is told of parts that are left behind. */
export const TOLD_PARTS = {
  "core-properties": "properties", "extended-properties": "properties", "custom-properties": "properties",
  thumbnail: "thumbnail", comments: "remarks", commentsExtended: "remarks",
  threadedComment: "remarks", commentAuthors: "remarks", authors: "remarks", people: "remarks", person: "remarks", customXml: "data",
  printerSettings: "printer", oleObject: "embedded", package: "embedded", externalLink: "links", hyperlink: "links",
  attachedTemplate: "links", notesSlide: "notes", pivotCacheDefinition: "data", pivotTable: "data", connections: "links",
  queryTable: "links", revisionHeaders: "changes", usernames: "changes", video: "media", audio: "media", media: "media",
};

/** Elements of ECMA-376 that go with all that is in them, and what is told of it. */
export const DROPPED = tableOf({
  changes: `del moveFrom rPrChange pPrChange sectPrChange tblPrChange tcPrChange trPrChange tblGridChange numberingChange
    tblPrExChange cellDel cellIns cellMerge moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd
    customXmlInsRangeStart customXmlInsRangeEnd customXmlDelRangeStart customXmlDelRangeEnd customXmlMoveFromRangeStart
    customXmlMoveFromRangeEnd customXmlMoveToRangeStart customXmlMoveToRangeEnd`,
  remarks: "commentRangeStart commentRangeEnd commentReference annotationRef legacyDrawing legacyDrawingHF cmAuthorLst",
  embedded: "object control altChunk subDoc oleObjects controls oleObj contentPart externalData",
  data: `dataBinding customXmlPr smartTagPr ffData fldData docVars custDataLst custData tags pivotCaches pivotSource scenarios dataConsolidate smartTags customPr
    customSheetViews customWorkbookViews webPublishing webPublishItems queryTableRefresh`,
  links: "externalReferences hyperlinks ddeLink audioFile videoFile wavAudioFile quickTimeFile snd sndAc audioCd",
  properties: "fileSharing fileRecoveryPr fileVersion modifyVerifier photoAlbum",
  // traces of editing that nobody sees: identifiers, spelling marks, protections, extensions of later versions
  structure: `extLst permStart permEnd proofErr lastRenderedPageBreak rsids rsid rsidRoot nsid tmpl docId embedRegular embedBold
    embedItalic embedBoldItalic embeddedFontLst notesMasterIdLst handoutMasterIdLst custShowLst bookmarkTarget`,
});

/** Elements that go while what is in them stays. */
export const UNWRAPPED = tableOf({
  changes: "ins moveTo",
  data: "smartTag customXml sdt sdtContent",
});

/** Elements of OpenDocument that go with all that is in them. */
export const ODF_DROPPED = tableOf({
  changes: "tracked-changes change change-start change-end",
  remarks: "annotation annotation-end",
  embedded: "object object-ole plugin applet floating-frame",
  script: "scripts event-listeners forms script control",
  data: "dde-source dde-connection-decls database-display database-next database-row-select",
  fields: `author-name author-initials initial-creator creator printed-by file-name template-name sender-firstname
    sender-lastname sender-initials sender-title sender-position sender-email sender-phone-private sender-fax sender-company
    sender-phone-work sender-street sender-city sender-postal-code sender-country sender-state-or-province`,
  structure: "desc",
});

/** Attributes that go wherever they stand: identifiers of editing sessions, people, days, names of original files. */
export const DROPPED_ATTRIBUTES = new Set([
  "rsid", "rsidR", "rsidRDefault", "rsidRPr", "rsidP", "rsidDel", "rsidSect", "rsidTr", "paragraph-rsid",
  "author", "date", "initials", "userId", "providerId", "userName", "title", "descr", "alt", "href", "paraId", "textId",
  "tooltip", "docLocation", "tgtFrame", "uid", "documentId", "durableId", "anchorId", "editId", "about", "datatype", "property", "content",
]);

/** Settings of a DOCX that change how it looks; all others are left behind. */
export const SETTINGS = words(`
  defaultTabStop evenAndOddHeaders mirrorMargins gutterAtTop bordersDoNotSurroundHeader bordersDoNotSurroundFooter
  characterSpacingControl noLineBreaksAfter noLineBreaksBefore footnotePr endnotePr compat themeFontLang clrSchemeMapping
  decimalSymbol listSeparator autoHyphenation consecutiveHyphenLimit hyphenationZone doNotHyphenateCaps displayBackgroundShape
`);

/** Fields of a DOCX that count or refer within it; the others can name people, files and machines. */
export const FIELDS = words(`
  PAGE NUMPAGES SECTION SECTIONPAGES PAGEREF REF NOTEREF STYLEREF TOC TC SEQ EQ SYMBOL FORMTEXT FORMCHECKBOX FORMDROPDOWN = IF
  QUOTE XE INDEX LISTNUM
`);

/** Of the others, those that the program fills with a name, a day or a path go with what they show. */
export const NAMING_FIELDS = words(`
  AUTHOR USERNAME USERINITIALS USERADDRESS LASTSAVEDBY FILENAME TEMPLATE DOCPROPERTY DOCVARIABLE INFO TITLE SUBJECT KEYWORDS
  COMMENTS SAVEDATE CREATEDATE PRINTDATE EDITTIME REVNUM MERGEFIELD
`);

function tableOf(kinds) {
  return new Map(Object.entries(kinds).flatMap(([kind, text]) => [...words(text)].map((name) => [name, kind])));
}

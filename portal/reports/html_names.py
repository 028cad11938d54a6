"""What the HTML of a report and its reader agree on."""

DATA_ID = "report-data"
# Elements that begin and end a line of words.
BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "li", "th", "td", "text", "div", "figure", "table", "section"})

"""What the PDF of a report and its reader agree on."""

ATTACHMENT = "report.json"

"""The operator's screen. Headless inside: `state`, `reduction` and the views know no Textual; widgets only draw."""

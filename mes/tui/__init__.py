"""The quality console. The only part of this package that knows Textual; the `view_…` modules do not."""

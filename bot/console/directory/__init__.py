"""The directory of helpers: found, edited under the same rules, checked, and who cites them."""

"""From syntax tree to closures: names, types, conversions and overloads are settled here, once."""

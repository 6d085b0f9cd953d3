"""Plain uses of other libraries that the project is measured against; they may import what the rest may not."""

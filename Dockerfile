# What serves needs no torch: parts are built in a stage of their own, and the last stage takes only what came out.
FROM python:3.11.14-slim-bookworm AS needs
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN python -m venv /venv && /venv/bin/pip install "pip>=26"
# Before there are sources, so that a change of them does not fetch everything anew.
COPY pyproject.toml constraints.txt README.md ./
RUN /venv/bin/pip install --constraint constraints.txt --build-constraint constraints.txt ".[parquet]"

# Exports the encoder and builds the index. With another TORCH_INDEX torch may bring CUDA along, which nothing uses.
FROM needs AS building
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
RUN /venv/bin/pip install torch==2.13.0 --index-url "$TORCH_INDEX" \
    && /venv/bin/pip install --constraint constraints.txt --build-constraint constraints.txt ".[build]"
COPY knowledge knowledge
RUN HF_HUB_OFFLINE=1 /venv/bin/python -m knowledge --var /built build && chmod -R a+rX /built

FROM needs AS serving
COPY agent agent
COPY knowledge knowledge
COPY service service
COPY tools tools
RUN /venv/bin/pip install --no-deps --force-reinstall --build-constraint constraints.txt .

FROM python:3.11.14-slim-bookworm
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin triage
WORKDIR /app
COPY --from=serving /venv /venv
COPY --from=building /built /app/built
COPY --chmod=755 containers/entrypoint.sh /app/entrypoint.sh
COPY --chmod=644 containers/ready.py /app/ready.py
# The root file system may be read-only: only TRIAGE_VAR, which the entry point fills, and /tmp are written to.
ENV PATH=/venv/bin:$PATH HOME=/tmp TRIAGE_VAR=/run/triage TRIAGE_BUILT=/app/built
ENV HF_HUB_OFFLINE=1 PYTHONDONTWRITEBYTECODE=1
USER 10001
EXPOSE 8000
# The only health check of the service: docker-compose.yml starts what depends on it by this one.
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s --retries=6 \
    CMD ["python", "/app/ready.py", "127.0.0.1:8000"]
ENTRYPOINT ["/app/entrypoint.sh"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]

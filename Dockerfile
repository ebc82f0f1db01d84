# Two stages: the environment is built with pip and hashes, the image carries only what runs.
FROM python:3.13-slim AS build
WORKDIR /app
COPY requirements.txt pyproject.toml README.md ./
RUN python -m venv /venv \
 && /venv/bin/pip install --no-cache-dir --require-hashes --no-deps -r requirements.txt
COPY analytics analytics
COPY bot bot
COPY handlers handlers
COPY indexing indexing
COPY learning learning
COPY manifests manifests
COPY review review
COPY samples samples
RUN /venv/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --create-home --uid 10001 jobaid && install -d -o jobaid /data
COPY --from=build /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 JOBAID_HOME=/data HOST=0.0.0.0 PORT=8765
USER jobaid
VOLUME /data
EXPOSE 8765
HEALTHCHECK --interval=30s --timeout=3s CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=2)"]
ENTRYPOINT ["jobaid"]
CMD ["serve"]

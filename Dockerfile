# The worker and the command line. Build: docker build -t amends .
FROM python:3.12-slim-bookworm AS build

WORKDIR /src
RUN python -m venv /opt/amends
ENV PATH=/opt/amends/bin:$PATH PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --require-hashes -r requirements/runtime.txt
COPY pyproject.toml README.md ./
COPY knowledge knowledge
COPY tools tools
COPY agents agents
COPY workflows workflows
COPY console console
RUN pip install --no-deps --no-build-isolation .

FROM python:3.12-slim-bookworm

RUN useradd --system --uid 10001 --home-dir /data --create-home amends
COPY --from=build /opt/amends /opt/amends
ENV PATH=/opt/amends/bin:$PATH PYTHONUNBUFFERED=1 AMENDS_DATA=/data
USER amends
WORKDIR /data
VOLUME /data
# Exit code 1 when a service does not answer or something essential is missing.
HEALTHCHECK --interval=60s --timeout=30s --start-period=60s --retries=3 CMD ["amends", "doctor"]
CMD ["python", "-m", "workflows.worker"]

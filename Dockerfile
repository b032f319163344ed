# The image of the worker, the API and the migrations. Built once, run as a user without rights or a home.
FROM python:3.11.14-slim-bookworm AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
RUN python -m venv /opt/ligums
WORKDIR /source
COPY pyproject.toml constraints.txt README.md worker.py ./
COPY schemas schemas
COPY terms terms
COPY sealing sealing
COPY workflows workflows
COPY activities activities
COPY runtime runtime
COPY starter starter
RUN /opt/ligums/bin/pip install --constraint constraints.txt '.[azure]'

FROM python:3.11.14-slim-bookworm

RUN useradd --system --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin ligums \
    && install --directory --owner=ligums --group=ligums --mode=0700 /var/lib/ligums /var/lib/ligums-keys
COPY --from=build /opt/ligums /opt/ligums
WORKDIR /app
COPY worker.py ./
ENV PATH=/opt/ligums/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
CMD ["python", "worker.py"]

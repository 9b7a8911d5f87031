# docker build -t ndxp-emulator .
# docker run --rm -p 8080:8080 -e NDXP_EMULATOR_ADMIN_TOKEN=choose-one ndxp-emulator
#
# The container listens on every address, so the start demands an admin token (NDXP_EMULATOR_ADMIN_TOKEN).
# Everything is kept in /data; every flag of `serve` has a variable NDXP_EMULATOR_<FLAG>.
FROM python:3.12-slim AS build

ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /source
COPY requirements.lock requirements-dev.lock ./
RUN python -m venv /opt/ndxp-emulator \
    && /opt/ndxp-emulator/bin/pip install --require-hashes -r requirements.lock \
    && python -m venv /opt/build \
    && /opt/build/bin/pip install --require-hashes -r requirements-dev.lock
COPY pyproject.toml README.md LICENSE ./
COPY emulator emulator
COPY fixtures fixtures
COPY scenarios scenarios
RUN /opt/build/bin/python -m hatchling build -t wheel -d /wheel \
    && /opt/ndxp-emulator/bin/pip install --no-deps --no-index /wheel/*.whl

FROM python:3.12-slim

ENV PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 PYTHONUTF8=1 \
    PATH=/opt/ndxp-emulator/bin:$PATH \
    XDG_DATA_HOME=/data
COPY --from=build /opt/ndxp-emulator /opt/ndxp-emulator
RUN /opt/ndxp-emulator/bin/python -m compileall -q /opt/ndxp-emulator/lib \
    && useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin emulator \
    && install -d -o emulator -g emulator /data
USER 10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=5s CMD ["ndxp-emulator", "healthcheck"]
ENTRYPOINT ["ndxp-emulator", "serve"]
CMD ["--host", "0.0.0.0"]

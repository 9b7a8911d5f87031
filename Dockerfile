# syntax=docker/dockerfile:1
# docker build -t ndxp-emulator . && docker run --rm -p 127.0.0.1:8080:8080 ndxp-emulator
# docs/operate tells the rest. To pin the base by digest: --build-arg BASE=python:3.12.12-slim-bookworm@sha256:...
ARG BASE=python:3.12.12-slim-bookworm

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /source
COPY requirements.lock requirements-build.lock ./
RUN python -m venv --without-pip /opt/ndxp-emulator \
    && python -m pip --python /opt/ndxp-emulator install --no-compile --require-hashes --only-binary :all: -r requirements.lock \
    && python -m pip install --no-compile --require-hashes --only-binary :all: -r requirements-build.lock
COPY . .
# The image's root may be read-only, so the bytecode is made here; not for what is seldom or never read.
RUN python -m hatchling build -t wheel -d /wheel \
    && python -m pip --python /opt/ndxp-emulator install --no-compile --no-deps --no-index /wheel/*.whl \
    && /opt/ndxp-emulator/bin/python -m compileall -q --invalidation-mode unchecked-hash \
        -x '/fontTools/|/faker/providers/[a-z_/]+/(?!vi_VN|en_US)[a-z]{2,3}_[A-Z]{2}' /opt/ndxp-emulator/lib

FROM ${BASE}
# hadolint sees a secret in a switch whose name has "token" in it.
# hadolint ignore=DL3064
ENV PATH=/opt/ndxp-emulator/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    XDG_DATA_HOME=/data \
    NDXP_EMULATOR_HOST=0.0.0.0 \
    NDXP_EMULATOR_GENERATE_ADMIN_TOKEN=1
RUN install -d -o 10001 -g 10001 -m 0750 /data
COPY --from=build /opt/ndxp-emulator /opt/ndxp-emulator
USER 10001:10001
VOLUME /data
EXPOSE 8080
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=5s --start-period=20s --retries=3 CMD ["ndxp-emulator", "healthcheck"]
ENTRYPOINT ["ndxp-emulator"]
CMD ["serve"]

# syntax=docker/dockerfile:1
# Builds Haat and keeps the program, the libraries that it needs, and nothing else of the build.
FROM debian:12-slim AS build
WORKDIR /src
# First what changes seldom, so that a change of the sources installs nothing again.
COPY tools/install_packages tools/
RUN apt-get update && tools/install_packages build package && rm -rf /var/lib/apt/lists/*
COPY . .
RUN tools/build release && cpack -G DEB -B build/deb --config build/release/CPackConfig.cmake

FROM debian:12-slim
# The package brings its user (haat), its folder (/var/lib/haat) and its dependencies.
RUN --mount=type=bind,from=build,source=/src/build/deb,target=/tmp/deb \
    apt-get update && apt-get install -y --no-install-recommends ca-certificates /tmp/deb/haat_*.deb && \
    rm -rf /var/lib/apt/lists/*
USER haat
WORKDIR /etc/haat
VOLUME /var/lib/haat
EXPOSE 3001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=3s --start-period=60s CMD ["haat", "health"]
ENTRYPOINT ["haat"]
CMD ["serve"]

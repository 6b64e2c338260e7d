# One image with one program: negawatt, with Swift's runtime linked in, on Debian's libraries. No shell is needed in it.
#
#   docker build -t negawatt .      builds everything, from the official Swift image
#   scripts/image                   puts a program that was built on this machine into it
#
# It is built on Debian 12 and stands on Debian 13: that way a program runs, the other way round it does not. Swift 6.3 has no image on
# 13; the first that has one takes its place in SWIFT.
# BINARY names the stage that the program comes from: build (made here), or local (found in .build/image).
# BASE and BASE_DIGEST (sha256:…) say what it stands on. Without a digest the tag decides, which moves with each security update:
# pin what was tested, and move the pin with Debian's updates. scripts/image pins and prints the one that it builds on.
# No name has a registry in it: whoever has one of their own says so in BASE and SWIFT.
ARG BINARY=build
ARG BASE=debian:trixie-slim
ARG BASE_DIGEST=""
ARG SWIFT=swift:6.3-bookworm

# hadolint ignore=DL3006
FROM ${SWIFT} AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      librdkafka-dev libsqlite3-dev libmicrohttpd-dev libssl-dev libcurl4-openssl-dev libexpat1-dev libjemalloc-dev pkg-config kcat && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
COPY scripts scripts
RUN mkdir -p /image/bin && strip --strip-debug -o /image/bin/negawatt "$(scripts/build)" \
    && strip --strip-debug -o /image/bin/swift-backtrace /usr/libexec/swift/linux/swift-backtrace-static \
    && cp scripts/sbom /image/sbom && swift --version 2>/dev/null | sed -n 's/.*Swift version \([^ ]*\).*/\1/p' >/image/swift

FROM scratch AS local
COPY .build/image /image

# hadolint ignore=DL3006
FROM ${BINARY} AS binary

# hadolint ignore=DL3006
FROM ${BASE}${BASE_DIGEST:+@${BASE_DIGEST}}
ARG BASE
ARG BASE_DIGEST
LABEL org.opencontainers.image.title="negawatt" org.opencontainers.image.base.name="${BASE}" org.opencontainers.image.base.digest="${BASE_DIGEST}"
RUN apt-get update \
    && apt-get install -y --no-install-recommends \
      librdkafka1 libsqlite3-0 libmicrohttpd12t64 libssl3t64 libcurl4t64 libexpat1 libjemalloc2 ca-certificates \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/cache/ldconfig/* /var/log/* /usr/share/doc /usr/share/man \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/negawatt && install -d /usr/share/negawatt
COPY --from=binary /image/bin /usr/local/bin
# What it is made of, for whoever looks for what has a known flaw.
RUN --mount=type=bind,from=binary,source=/image,target=/mnt/image \
    sh /mnt/image/sbom /usr/local/bin/negawatt "$(cat /mnt/image/swift)" >/usr/share/negawatt/sbom.spdx.json
# A crash leaves its backtrace in the log; nobody is asked anything, and nothing is written to a file.
ENV SWIFT_BACKTRACE=enable=yes,color=no,interactive=no,output-to=stderr,limit=64,swift-backtrace=/usr/local/bin/swift-backtrace
USER 10001:10001
WORKDIR /var/lib/negawatt
EXPOSE 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/negawatt"]
CMD ["--help"]

# One image with one program: negawatt, with Swift's runtime linked in, on Debian's libraries. No shell is needed in it.
#
#   docker build -t negawatt .      builds everything, from the official Swift image
#   scripts/image                   puts a program that was built on this machine into it (Debian 12 as well)
#
# BINARY names the stage that the program comes from: build (made here), or local (found in .build/image).
ARG BINARY=build

FROM docker.io/library/swift:6.3-bookworm AS build
RUN apt-get update && apt-get install -y --no-install-recommends \
      librdkafka-dev libsqlite3-dev libmicrohttpd-dev pkg-config && rm -rf /var/lib/apt/lists/*
WORKDIR /src
COPY Package.swift ./
COPY Sources Sources
COPY Tests Tests
RUN swift build --configuration release --static-swift-stdlib --product negawatt \
    && mkdir /image && strip --strip-debug -o /image/negawatt "$(swift build --configuration release --show-bin-path)/negawatt" \
    && strip --strip-debug -o /image/swift-backtrace /usr/libexec/swift/linux/swift-backtrace-static

FROM scratch AS local
COPY .build/image /image

# hadolint ignore=DL3006
FROM ${BINARY} AS binary

FROM docker.io/library/debian:bookworm-slim
RUN apt-get update \
    && apt-get install -y --no-install-recommends librdkafka1 libsqlite3-0 libmicrohttpd12 ca-certificates \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* /var/cache/debconf/* /var/cache/ldconfig/* /var/log/* /usr/share/doc /usr/share/man \
    && install -d -o 10001 -g 10001 -m 0750 /var/lib/negawatt
COPY --from=binary /image /usr/local/bin
# A crash leaves its backtrace in the log; nobody is asked anything, and nothing is written to a file.
ENV SWIFT_BACKTRACE=enable=yes,color=no,interactive=no,output-to=stderr,limit=64,swift-backtrace=/usr/local/bin/swift-backtrace
USER 10001:10001
WORKDIR /var/lib/negawatt
EXPOSE 9464
STOPSIGNAL SIGTERM
ENTRYPOINT ["/usr/local/bin/negawatt"]
CMD ["--help"]

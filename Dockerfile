# Built as everybody builds it (./dev), shipped without what built it.
FROM debian:12 AS build
WORKDIR /belay
# The packages first: they change less often than the sources.
COPY dev ./
RUN ./dev deps
COPY . .
RUN cmake --preset release -DBELAY_TESTS=OFF \
    && cmake --build --preset release --target belay --parallel "$(nproc)"

FROM debian:12-slim
RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install --yes --no-install-recommends \
        libboost-json1.81.0 libssl3 libtomlplusplus3 libxxhash0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin belay \
    && install -d -o belay -g belay -m 0700 /data
COPY --from=build /belay/build/release/belay /usr/local/bin/belay
COPY --from=build /belay/LICENSE /usr/share/doc/belay/LICENSE
USER belay
VOLUME /data
EXPOSE 8080
# /health/live and /health/ready are for the orchestrator's probes: there is no curl in here.
ENTRYPOINT ["belay"]
CMD ["serve", "--data", "/data", "--listen", "0.0.0.0:8080"]

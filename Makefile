# Needs rustup, a C compiler and make; the toolchain that rust-toolchain.toml names is brought.
# Node, where it is there, makes what the browser loads smaller; `test` and `screenshots` need it.

TARGET := $(abspath $(or $(CARGO_TARGET_DIR),target))
export CARGO_TARGET_DIR := $(TARGET)
SERVER := $(TARGET)/release/streamboard
FEATURES = $(shell server/tls.sh)

.PHONY: run build watch test chaos kafka bench screenshots toolchain server site clean

run: build              ## Set up, build and serve. ARGS="--listen 127.0.0.1:9000" is passed on.
	$(SERVER) $(ARGS)

build: site server      ## All that `run` serves.

toolchain:
	@server/toolchain.sh

server: toolchain
	cargo build --release --package server --bin streamboard $(FEATURES)

site: toolchain
	frontend/site.sh all

watch:                  ## Build, serve, and again on every change. ARGS are passed on.
	frontend/watch.sh $(ARGS)

test:                   ## Everything: lints, Rust, a real Kafka broker, a real browser.
	end2end/test.sh

chaos:                  ## Kills program and broker, long: KILLS=100 BROKER_KILLS=25 SEED=1
	KILLS=$(KILLS) BROKER_KILLS=$(BROKER_KILLS) SEED=$(SEED) end2end/chaos.sh

kafka:                  ## A broker on 127.0.0.1:9092 to play with, until Ctrl-C.
	end2end/kafka.sh run $(TARGET)/kafka/play 9092

bench: build            ## Throughput, latency, memory, beside a KafkaJS program: figure and target.
	cargo bench --package server --bench streamboard $(FEATURES)

screenshots: build      ## Every page, two sizes, two themes, into end2end/screenshots.
	end2end/browser.sh screenshots

clean:
	cargo clean

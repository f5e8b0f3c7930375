# The menu. One line each; CI calls the same ones.
.DEFAULT_GOAL := help
.PHONY: help run test fuzz check audit fmt bench bench-lambda ordeal load dist build deploy watch test-aws lint-aws pictures quick venv venv-aws venv-sam venv-checkov docs clean

help: ## Show this menu
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: ## Receive webhooks on this machine (writes tingting.toml at the first start)
	cargo run --release -q -- serve

test: venv venv-aws ## Run all tests, those against strangers' software included (needs Chromium)
	cargo test --workspace --features tingting/aws

pictures: venv ## Retake the console's pictures in docs, of a made-up shop (needs Chromium)
	cargo build -p tingting
	.venv/bin/python -B tests/strangers/browser --pictures docs --program target/debug/tingting

FUZZ_SECONDS ?= 600
FUZZ_UNTIL ?= -max_total_time=$(FUZZ_SECONDS)
FUZZ_TARGETS ?= $(sort $(basename $(notdir $(wildcard fuzz/targets/*.rs))))
fuzz: ## Fuzz what reads strangers' bytes, each target FUZZ_SECONDS=600 (see fuzz/README.md)
	for target in $(FUZZ_TARGETS); do mkdir -p fuzz/found/$$target && cargo +nightly fuzz run -s none $$target fuzz/found/$$target fuzz/corpus/$$target -- $(FUZZ_UNTIL) -max_len=4096 -timeout=10 || exit 1; done

check: ## Formatting, lints as errors, licences and bans of dependencies
	cargo fmt --all --check
	cargo fmt --check --manifest-path fuzz/Cargo.toml
	cargo clippy --workspace --all-targets --all-features -- -D warnings
	cargo deny --all-features check bans licenses sources

audit: ## Known vulnerabilities of dependencies (needs the network)
	cargo deny --all-features check advisories

fmt: ## Format all code
	cargo fmt --all

bench: dist ## Measure reading, serving, and looking with a million events, as it is packaged (10 minutes and the build)
	cargo bench -p testkit --bench read --bench serve --bench log

bench-lambda: ## Measure the functions beside a bare one: CPU, memory, size, calls to AWS, cost
	cargo build --profile dist -p bare $(addprefix -p ,$(notdir $(wildcard functions/*)))
	cargo bench -p testkit --bench lambda

ORDEAL_BUILD = cargo build --profile dist -p tingting -p casso -p dispatch -p sweep
ORDEAL ?= kills disks clock aws
ordeal: quick ## Kill processes, fill and break disks, set clocks, trouble AWS: what is lost, what comes twice (40 minutes)
	$(ORDEAL_BUILD)
	cargo bench -p testkit --bench ordeal -- $(ORDEAL)

LOAD_SECONDS ?= 600
LOAD ?= most steady aws plot
load: quick ## Load for LOAD_SECONDS=600, the program and the functions; figures in target/load, drawn in docs/load.svg
	$(ORDEAL_BUILD)
	cargo bench -p testkit --bench load -- --seconds=$(LOAD_SECONDS) $(LOAD)

dist: ## Build the program as it is packaged: slow to build, fast to run
	cargo build --profile dist -p tingting

# What the functions are built for: arm64 is a fifth cheaper than x86_64.
ARCH ?= arm64
LAMBDA_DIR ?= target/lambda
LAMBDA_PROFILE ?= dist
export SAM_CLI_TELEMETRY = 0

build: venv-sam ## Build all functions for AWS, zipped in target/lambda (ARCH=arm64 or x86_64)
	PATH="$(CURDIR)/.venv-sam/bin:$$PATH" cargo lambda build --profile $(LAMBDA_PROFILE) --target $(ARCH:arm64=aarch64)-unknown-linux-gnu --output-format zip --lambda-dir $(LAMBDA_DIR) $(addprefix -p ,$(notdir $(wildcard functions/*)))

deploy: build ## Deploy to AWS; asks what it must know the first time and keeps it in samconfig.toml
	.venv-sam/bin/sam deploy --resolve-s3 --capabilities CAPABILITY_IAM $(if $(filter-out arm64,$(ARCH)),--parameter-overrides Architecture=$(ARCH)) $(if $(wildcard samconfig.toml),,--guided --stack-name tingting)

PORT ?= 8088
watch: venv-sam venv-aws ## Serve AWS on this machine, with functions that follow their code
	.venv-aws/bin/python local/stack --port $(PORT) --apply local/tingting.toml --show 8089

# `apply`, a test of the program, brings the program itself up to date, with which the other one deploys.
test-aws: venv-aws ## Deploy the template on this machine and test it from end to end
	$(MAKE) build ARCH=$(shell uname -m | sed s/aarch64/arm64/) LAMBDA_DIR=target/lambda-here LAMBDA_PROFILE=dev
	cargo test --workspace --features tingting/aws --test apply --test aws_stack -- --include-ignored

lint-aws: venv-sam venv-checkov ## Judge the template
	.venv-sam/bin/sam validate --lint --region ap-southeast-1
	.venv-sam/bin/cfn-lint template.yaml
	.venv-checkov/bin/checkov --config-file local/checkov.yaml --file template.yaml

venv: .venv/made ## Python for the checks by strangers
.venv/made: tests/strangers/requirements.txt
	python3 -m venv .venv && .venv/bin/pip install -q -r tests/strangers/requirements.txt && touch .venv/made

venv-aws: .venv-aws/made ## Python with two servers that speak DynamoDB and SQS
.venv-aws/made: tests/aws/requirements.txt
	python3 -m venv .venv-aws && .venv-aws/bin/pip install -q -r tests/aws/requirements.txt && touch .venv-aws/made

quick: .quick/bin/fakecloud .quick/bin/dynoxide ## Quick servers that speak SQS and DynamoDB, for ordeals and load (ten minutes to build)
.quick/bin/fakecloud:
	cargo install --locked --root .quick fakecloud@0.9.2
.quick/bin/dynoxide:
	cargo install --locked --root .quick dynoxide-rs@3.2.0

venv-sam: .venv-sam/made ## Python with SAM and cargo-lambda
.venv-sam/made: local/requirements-sam.txt
	python3 -m venv .venv-sam && .venv-sam/bin/pip install -q -r local/requirements-sam.txt && touch .venv-sam/made

venv-checkov: .venv-checkov/made ## Python with the template's judge
.venv-checkov/made: local/requirements-checkov.txt
	python3 -m venv .venv-checkov && .venv-checkov/bin/pip install -q -r local/requirements-checkov.txt && touch .venv-checkov/made

docs: ## Build the documentation of all crates
	cargo doc --workspace --no-deps

clean: ## Remove what was built
	rm -rf target fuzz/target fuzz/found .venv .venv-aws .venv-sam .venv-checkov .quick

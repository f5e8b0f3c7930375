# The menu. One line each; CI calls the same ones.
.DEFAULT_GOAL := help
.PHONY: help run test check audit fmt bench dist venv venv-aws docs deny clean

help: ## Show this menu
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

run: ## Receive webhooks on this machine (writes tingting.toml at the first start)
	cargo run --release -q -- serve

test: venv venv-aws ## Run all tests, those against strangers' software included
	cargo test --workspace

check: ## Formatting, lints as errors, licences and bans of dependencies
	cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings
	cargo deny --all-features check bans licenses sources

audit: ## Known vulnerabilities of dependencies (needs the network)
	cargo deny --all-features check advisories

fmt: ## Format all code
	cargo fmt --all

bench: dist ## Measure reading and serving, as it is packaged (3 minutes and the build)
	cargo bench -p testkit --bench read --bench serve

dist: ## Build the program as it is packaged: slow to build, fast to run
	cargo build --profile dist -p tingting

venv: .venv/made ## Python for the checks by strangers
.venv/made: tests/strangers/requirements.txt
	python3 -m venv .venv && .venv/bin/pip install -q -r tests/strangers/requirements.txt && touch .venv/made

venv-aws: .venv-aws/made ## Python with two servers that speak DynamoDB and SQS
.venv-aws/made: tests/aws/requirements.txt
	python3 -m venv .venv-aws && .venv-aws/bin/pip install -q -r tests/aws/requirements.txt && touch .venv-aws/made

docs: ## Build the documentation of all crates
	cargo doc --workspace --no-deps

clean: ## Remove what was built
	rm -rf target .venv .venv-aws

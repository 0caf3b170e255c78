# What people do with Haat, one word each. The work is done by CMakePresets.json and tools/.
# Arguments for the program or script behind a word: make run ARGS="--port 4000"
MAKEFLAGS += --no-print-directory
.DEFAULT_GOAL := help
ARGS ?=
MINUTES ?= 60

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

build: ## Build what users run: build/release/haat
	@tools/install_packages build
	@tools/build release

run: build ## Build and serve the shop
	@exec build/release/haat serve $(ARGS)

test: ## Build with sanitizers and run every test
	@tools/install_packages build test fuzz
	@tools/run_tests $(ARGS)

check: ## Format, layers, the second compiler, clang-tidy (CHANGED=1: of changed files only)
	@tools/install_packages build test check
	@CHANGED=$(CHANGED) tools/check

deb: build ## Make the Debian package: build/deb/haat_*.deb
	@tools/install_packages package
	@cpack -G DEB -B build/deb --config build/release/CPackConfig.cmake >build/release/cpack.log || { cat build/release/cpack.log; exit 1; }
	@ls build/deb/*.deb

package-test: deb ## Try the package in a bare Debian of its own (needs root)
	@tools/install_packages test package-test
	@tests/packaging/run

cluster-test: ## Cut links, kill nodes, fail over, in a network of its own (needs root)
	@tools/install_packages build cluster
	@tools/build dev haat
	@HAAT_BINARY=build/dev/haat tests/cluster/run $(ARGS)

fmt: ## Format all C++ sources
	@tools/install_packages check
	@git ls-files -z --cached --others --exclude-standard '*.cpp' '*.hpp' | xargs -0r clang-format-19 -i

faults: ## Kill the program 200 times, 20 at every step, and PostgreSQL 50; fail at every step, fill the disk: hours
	@tools/install_packages build test
	@HAAT_KILLS=200 HAAT_DATABASE_KILLS=50 HAAT_STEP_ROUNDS=20 HAAT_FAILURES=1000 HAAT_ALLOCATIONS=10000 HAAT_FULL_DISK_S=60 \
		HAAT_RESTARTS=100 HAAT_SUITE_LIMIT_S=21600 tools/run_tests faults api/test_upgrade.py

tsan: ## Build with the thread sanitizer, and run what has threads, under load
	@tools/install_packages build test check
	@tools/check_threads $(ARGS)

leaks: build ## The release build under valgrind: many clients on every route, on both engines
	@tools/install_packages test leaks
	@HAAT_BINARY=tools/under_valgrind HAAT_PATIENCE=10 HAAT_LOAD_CLIENTS=3 /usr/bin/python3 -m pytest -q tests/load $(ARGS)

defences: ## Take out one defence after the other: does the test that is named for it fail?
	@tools/install_packages build test
	@tools/without_defences $(ARGS)

hostile: build ## Attack the release build from outside, at full size
	@tools/install_packages test
	@HAAT_FULL_SIZE=1 HAAT_BINARY=build/release/haat /usr/bin/python3 -m pytest -q tests/hostile $(ARGS)

soak: build ## A long time at 70 % load, MINUTES=20 on each engine: nothing grows, nothing fails
	@tools/install_packages test soak
	@HAAT_SOAK_MINUTES=$(MINUTES) HAAT_BINARY=build/release/haat /usr/bin/python3 -m pytest -q tests/soak $(ARGS)

soak: MINUTES = 20

coverage: ## How many branches of accounts, cart, catalog and the HTTP parser the tests take: 90 % or more
	@tools/install_packages build test check coverage
	@tools/coverage $(ARGS)

fuzz: ## Look for inputs that break a parser, MINUTES=60 for each (ARGS="json urls": of these)
	@tools/install_packages build fuzz
	@tools/fuzz --minutes $(MINUTES) $(ARGS)

bench: build ## Measure the release build, and write the report (QUICK=1: 3 minutes; ARGS="search memory": of these)
	@tools/install_packages bench
	@QUICK=$(QUICK) bench/run $(ARGS)

costs: build ## Count instructions and allocations a request, for the tests to compare with
	@tools/install_packages test
	@/usr/bin/python3 bench/costs.py --write

.PHONY: help build run test check fmt faults tsan leaks defences costs hostile soak coverage fuzz bench deb package-test cluster-test

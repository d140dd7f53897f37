# Prerequisites: the .NET SDK of global.json, npm, git. Everything else is restored by the targets that need it.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c

LAKE ?= ./lake
ARGS ?=
CONFIGURATION ?= Release
export DOTNET_CLI_TELEMETRY_OPTOUT := 1
export DOTNET_NOLOGO := 1

BIN := out/bin
FAULTS := out/faults
PROGRAMS := Cli Runner Operator
PUBLISH = dotnet publish --configuration $(CONFIGURATION) --runtime linux-x64 --self-contained false --verbosity quiet -p:RestoreLockedMode=true -p:RunAnalyzers=false
SOURCES := $(shell find src eng -type f \( -name '*.cs' -o -name '*.csproj' -o -name '*.txt' -o -name '*.json' \) -not -path '*/obj/*' -not -path '*/bin/*') \
	Directory.Build.props Directory.Packages.props global.json
LIBDUCKDB := node_modules/@duckdb/node-bindings-linux-x64/libduckdb.so

.PHONY: help
help: ## Show what can be made
	@echo "The Lakehouse Operator. Targets:"
	@grep -hE '^[a-z][a-z-]*:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12 | sed 's/^/  /'
	@echo
	@echo "  make run                      the quickstart: generated events to checked gold tables, in ./lake"
	@echo "  make run LAKE=/data ARGS=...  elsewhere, with more options of 'lakehouse run'"

.PHONY: build
build: $(BIN)/.built ## Build lakehouse, lakehouse-runner and lakehouse-operator into out/bin

$(LIBDUCKDB): package.json package-lock.json
	@echo "Restoring libduckdb" >&2
	@npm ci --silent --ignore-scripts
	@touch $@

$(BIN)/.built: $(SOURCES) $(LIBDUCKDB)
	@echo "Building out/bin" >&2
	@rm -rf $(BIN) && mkdir -p $(BIN)
	@for program in $(PROGRAMS); do \
	  $(PUBLISH) src/$$program/$$program.csproj --output $(BIN) >&2 || exit 1; \
	done
	@touch $@

# For the tests, which start it some hundred times: compiled ahead as the programs are.
$(FAULTS)/.built: $(SOURCES) $(wildcard tests/Faults/*.* tests/Faults/*/*.cs)
	@echo "Building $(FAULTS)" >&2
	@rm -rf $(FAULTS) && mkdir -p $(FAULTS)
	@$(PUBLISH) tests/Faults/Faults.csproj --output $(FAULTS) >&2
	@touch $@

.PHONY: run
run: build ## Run the quickstart into ./lake (LAKE=..., ARGS=...)
	@$(BIN)/lakehouse run -f config/samples/quickstart --lake "$(LAKE)" --once $(ARGS)

.PHONY: test
test: build ## Build and run every test; ends with "N passed, N failed"
	@tests/run.sh $(ARGS)

.PHONY: bench
bench: build ## Measure against calibrators in the same run; writes docs/benchmarks.md
	@tests/Benchmarks/run.sh $(ARGS)

# The pages of docs/reference, the CRDs and the roles are written by the tests that compare them. A filter that matches no test would leave drift unseen, so it fails.
PAGES := FullyQualifiedName~.The_page_is_the_one_in_the_repository

GENERATED := docs/reference config/crd config/rbac charts/lakehouse-operator/crds charts/lakehouse-operator/templates/_rules.tpl

.PHONY: generate
generate: ## Write the reference, the CRDs and the roles again
	@LAKEHOUSE_UPDATE_GOLDEN=1 dotnet test tests/Pipelines.Tests --nologo --verbosity quiet --filter "$(PAGES)" -- RunConfiguration.TreatNoTestsAsError=true

.PHONY: verify
verify: ## Fail when something generated or a lock file has drifted
	@dotnet restore LakehouseOperator.sln --locked-mode --verbosity quiet
	@$(MAKE) --no-print-directory generate
	@git diff --exit-code -- $(GENERATED)
	@test -z "$$(git status --porcelain -- $(GENERATED))" || { git status --short -- $(GENERATED); exit 1; }

.PHONY: e2e
e2e: build images ## On a real node: images, chart, Redis, S3, the shop (root; a few minutes)
	@tests/run.sh EndToEnd.Tests $(ARGS)

# Where the images are named after; a registry's own path when they are to be pushed there.
IMAGES ?= docker.io/lakehouse-operator
VERSION := $(shell sed -nE 's,.*<Version>(.*)</Version>.*,\1,p' Directory.Build.props)
IMAGE_PROGRAMS := $(patsubst src/%,%,$(wildcard src/Runner src/Operator))

.PHONY: images
images: $(foreach program,$(IMAGE_PROGRAMS),out/images/$(shell echo $(program) | tr A-Z a-z).tar) ## Build the container images (linux-x64) as OCI archives in out/images

# The name is in the archive: another one makes another.
out/images/name: FORCE
	@mkdir -p out/images
	@echo "$(IMAGES) $(VERSION)" | cmp -s - $@ || echo "$(IMAGES) $(VERSION)" >$@

.PHONY: FORCE
FORCE:

out/images/base: eng/images/base.sh
	@mkdir -p out/images
	@eng/images/base.sh $@
	@touch $@

# Trimmed and self-contained, compiled ahead; each program in a folder of its own, because two that were trimmed do not share one. What an earlier publish of the program left is
# removed: the SDK would keep its list of assemblies, and one that is no longer trimmed away would not be found.
out/images/%.tar: $(SOURCES) $(LIBDUCKDB) out/images/base out/images/name eng/images/image.sh
	@echo "Building $@" >&2
	@program=$*; rm -rf out/images/$*.publish out/images/$* out/images/$*.build/obj/$${program^}
	@program=$*; dotnet publish src/$${program^}/$${program^}.csproj --configuration Release --runtime linux-x64 --self-contained true \
	  --artifacts-path out/images/$*.build -p:UseArtifactsOutput=true --output out/images/$*.publish --verbosity quiet --nologo -p:PublishTrimmed=true -p:DebuggerSupport=false -p:DebugType=none \
	  -p:ContinuousIntegrationBuild=true -p:RestoreLockedMode=true -p:RunAnalyzers=false >&2
	@mkdir -p out/images/$*/app
	@find out/images/$*.publish -maxdepth 1 -type f ! -name '*.pdb' ! -name '*.xml' ! -name createdump ! -name 'libmscordac*' ! -name 'libmscordbi*' \
	  ! -name libcoreclrtraceptprovider.so -exec cp -t out/images/$*/app {} +
	@chmod -R u=rwX,go=rX out/images/$* && find out/images/$*/app -type f ! -name lakehouse-$* -exec chmod a-x {} +
	@eng/images/image.sh $(IMAGES)/$*:$(VERSION) $@ --entrypoint /app/lakehouse-$* --user 1654:1654 --env HOME=/home/app --env DOTNET_EnableDiagnostics=0 \
	  --label org.opencontainers.image.title=lakehouse-$* --label org.opencontainers.image.version=$(VERSION) out/images/base out/images/$* | tee out/images/$*.txt
	@rm -rf out/images/$*.publish

.PHONY: clean
clean: ## Remove everything that was built; lakes stay
	@rm -rf out node_modules
	@find src tests -type d \( -name bin -o -name obj \) -prune -exec rm -rf {} +

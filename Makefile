# Two commands for newcomers: `make run` and `make test`. Both install what they need.

SWIFT ?= swift
BINARY = .build/release/image-to-song
SAMPLE = Samples/harbour-evening.jpg
SOURCES = Package.swift Sources Tests Fuzzing
FUZZ_SECONDS ?= 60
SANITIZE_SECONDS ?= 60

.PHONY: run test fuzz sanitize build setup lint format loadtest clean

run: build            ## caption the sample picture, then serve on http://localhost:8000
	@echo "A picture of a harbour ($(SAMPLE)) shows:"
	@$(BINARY) caption $(SAMPLE)
	@echo "Serving on http://localhost:8000; Ctrl-C ends it."
	@$(BINARY) serve

test:                 ## run every test, with what it needs, and say what was left out
	@scripts/setup --for-tests
	@SWIFT=$(SWIFT) scripts/test

fuzz: setup           ## fuzz everything that reads bytes from outside, FUZZ_SECONDS (60) in all
	@SWIFT=$(SWIFT) scripts/fuzz $(FUZZ_SECONDS)

sanitize:             ## try the kernels in C with memory and thread checks, SANITIZE_SECONDS (60) in all
	@SWIFT=$(SWIFT) scripts/sanitize $(SANITIZE_SECONDS)

build: setup          ## build the program, optimised
	$(SWIFT) build -c release --product image-to-song

setup:                ## install what is missing; with GPU=1 ONNX Runtime for NVIDIA GPUs, with EMBEDDINGS=1 a sentence model
	@scripts/setup $(if $(filter 1,$(GPU)),--gpu) $(if $(filter 1,$(EMBEDDINGS)),--with-embeddings)

lint:                 ## check the format of the code, exact versions, licences, and who imports what
	@scripts/lock --check
	@scripts/licences --check
	@scripts/floors
	$(SWIFT) format lint --strict --recursive --parallel $(SOURCES)

format:               ## put the code into format
	$(SWIFT) format --in-place --recursive --parallel $(SOURCES)

loadtest: build       ## a minute of mixed load on a server of its own
	scripts/loadtest

clean:                ## remove what was built
	rm -rf .build models/compiled

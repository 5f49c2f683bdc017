// A stand-in for an ONNX Runtime that is too old: it knows its version, and no table as new as the one asked for.

#include <stddef.h>
#include <stdint.h>

static const void *get_api(uint32_t version) {
    (void)version;
    return NULL;
}

static const char *get_version(void) { return "1.16.3"; }

static const struct {
    const void *(*get_api)(uint32_t version);
    const char *(*get_version)(void);
} base = {get_api, get_version};

const void *OrtGetApiBase(void) { return &base; }

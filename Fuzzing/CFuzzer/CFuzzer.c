#include "CFuzzer.h"

// libFuzzer's own main calls this one. It is linked, but Swift's main takes its place and names the target itself.
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) { return -1; }

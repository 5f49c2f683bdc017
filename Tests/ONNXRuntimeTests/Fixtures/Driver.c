// Answers as NVIDIA's driver does; what goes wrong is chosen when it is compiled.

#include <stddef.h>
#include <string.h>

#ifndef INITIALISED
#define INITIALISED 0
#endif
#ifndef DEVICES
#define DEVICES 1
#endif

int cuInit(unsigned int flags) { return flags == 0 ? INITIALISED : 1; }

int cuDeviceGetCount(int *count) {
    *count = DEVICES;
    return 0;
}

int cuDeviceGet(int *device, int ordinal) {
    *device = 7;
    return ordinal == 0 ? 0 : 101;
}

int cuDeviceGetName(char *name, int length, int device) {
    strncpy(name, "Example 9000", (size_t)length);
    return device == 7 ? 0 : 101;
}

int cuDeviceTotalMem_v2(size_t *bytes, int device) {
    *bytes = (size_t)80 << 30;
    return device == 7 ? 0 : 101;
}

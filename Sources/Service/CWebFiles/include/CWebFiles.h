// The files of the web page (Sources/Service/Server/Web), which are part of the program.

#ifndef CWEBFILES_H
#define CWEBFILES_H

#include <stddef.h>

/// One file.
typedef struct {
    /// The name in Sources/Service/Server/Web.
    const char *_Nonnull name;
    const unsigned char *_Nonnull bytes;
    size_t length;
} web_file;

/// The file at an index, counted from zero; NULL behind the last.
const web_file *_Nullable web_file_at(size_t index);

#endif

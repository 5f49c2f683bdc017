// TagLib's C interface: the tags of audio files.

#ifndef CTAGLIB_SHIM_H
#define CTAGLIB_SHIM_H

#include <taglib/tag_c.h>

#endif

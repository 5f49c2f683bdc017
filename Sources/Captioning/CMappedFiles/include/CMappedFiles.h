// What to do when a file is cut short while it is mapped into memory.

#pragma once

/// From now on a read beyond the end of a mapped file (SIGBUS) ends the process with status 1 and one sentence on standard
/// error, which names the file. Any other bus error ends it as before.
///
/// Whoever maps a file cannot keep others from shortening it, and where the missing bytes are wanted, there is nothing to go
/// on with: mmap(2), "SIGBUS Attempted access to a page of the buffer that lies beyond the end of the mapped file".
void mapped_files_explain_bus_errors(void);

// TagLib, which CAudioTags calls from C++: its own C interface (up to 1.13, as in Debian 12) knows no mood, tempo or ISRC.

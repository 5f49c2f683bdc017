// A library that loads, and is not ONNX Runtime.

int answer(void) { return 42; }

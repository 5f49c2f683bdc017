// The kernels of CKernels as custom operators of ONNX Runtime: what a graph names, and a session calls.

#ifndef COPERATORS_H
#define COPERATORS_H

#include "CONNXRuntime.h"

/// The domain that the operators are found in: "image_to_song".
#define OPERATOR_DOMAIN "image_to_song"

/// QuantizedLinear: x [..., inputs], panels uint8, bias [outputs]?, residual [..., outputs]?, gain [inputs]?, shift [inputs]?
/// → y [..., outputs]. Attributes: outputs, inputs, bits, block, activation, norm, epsilon.
const OrtCustomOp *qlinear_operator(void);

/// QuantizedFeedForward: x [..., inputs], panels uint8 of two layers, the first's bias [hidden]?, the second's bias [outputs]?,
/// residual [..., outputs]?, gain [inputs]?, shift [inputs]? → y [..., outputs].
/// Attributes: outputs, hidden, inputs, bits, block, hidden_block, activation, norm, epsilon.
const OrtCustomOp *feed_forward_operator(void);

/// QuantizedRows: ids int64 [...], panels uint8 → [..., inputs], the rows of the matrix that the ids name.
/// Attributes: outputs, inputs, bits, block.
const OrtCustomOp *qlinear_rows_operator(void);

/// Attention: query [B, T, ...], key [B, S, ...], value [B, S, ...] → [B, T, heads · head_size].
/// Attributes: heads, head_size, scale, and query_start, key_start, value_start: where the first head begins in the last
/// axis, so that one tensor may hold all three.
const OrtCustomOp *attention_operator(void);

/// CachedAttention: query, key, value [B, T, ...], key cache, value cache [B, heads, capacity, D], last positions int32 [B],
/// bias [B, heads, T, L]? → [B, T, heads · head_size], and the caches with the new tokens; nothing is copied where those are
/// bound to the memory of the old ones. Attributes as Attention.
const OrtCustomOp *cached_attention_operator(void);

/// CrossAttention: query [B, T, ...], keys, values [inputs, capacity, heads · head_size], sources int32 [B], lengths int32 [B] →
/// [B, T, heads · head_size]: each row looks at the first keys of the input that its source names.
/// Attributes: heads, head_size, scale, query_start.
const OrtCustomOp *cross_attention_operator(void);

#endif

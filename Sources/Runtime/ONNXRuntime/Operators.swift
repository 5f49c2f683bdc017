internal import CONNXRuntime
internal import COperators

extension API {
    /// The operators that are not ONNX Runtime's own, for all sessions to use.
    func ownOperators() throws(ONNXRuntimeError) -> Owned {
        let domain = try make(functions.pointee.ReleaseCustomOpDomain) {
            $0.pointee.CreateCustomOpDomain(OPERATOR_DOMAIN, $1)
        }
        let pointer = domain.pointer
        let operators = [
            qlinear_operator(), feed_forward_operator(), qlinear_rows_operator(), attention_operator(),
            cached_attention_operator(),
        ]
        for operation in operators {
            try call { $0.pointee.CustomOpDomain_Add(pointer, operation) }
        }
        return domain
    }
}

/// What people have in the place of a checkpoint that can be read here, and what to do about it.
package enum ForeignCheckpoint {
    /// What the files of a folder or repository are, which has no weights that can be read, or no `config.json`; nil where
    /// they are nothing in particular.
    ///
    /// - Parameter files: their names, without the names of folders.
    /// - Returns: the end of a sentence that begins with the folder: "holds … . Do …".
    package static func kind(of files: [String]) -> String? {
        // What training leaves beside a checkpoint says nothing of its weights.
        let files = files.sorted().filter { file in
            !["training_args", "optimizer", "scheduler.p", "rng_state", "scaler"].contains { file.hasPrefix($0) }
        }
        func first(_ endings: String...) -> String? {
            files.first { file in endings.contains { file.hasSuffix($0) } }
        }
        if let adapter = files.first(where: { $0.hasPrefix("adapter_") }) {
            return
                "holds an adapter such as LoRA (\(adapter)), which is the difference to another model. Load it with PEFT's "
                + "AutoPeftModel.from_pretrained, merge it with merge_and_unload, and save the result with save_pretrained."
        }
        if files.contains(where: Weights.fileNames.contains) { return nil }
        for name in Weights.fileNames {
            guard let variant = files.first(where: { isVariant($0, of: name) }) else { continue }
            return
                "holds its weights only as a variant (\(variant)), and variants are not looked for. If it is the one that you "
                + "want, rename it to \(name)."
        }
        if let file = first(".gguf", ".ggml") {
            return
                "holds GGUF (\(file)), the format of llama.cpp. Use the checkpoint that it was made from, in safetensors."
        }
        if files.contains("model_index.json") {
            return "holds a pipeline of diffusers, which makes pictures and reads none. Use a captioning checkpoint."
        }
        if files.contains(where: { $0.hasPrefix("model-00") && $0.hasSuffix(".safetensors") }) {
            return
                "holds parts of the weights, but neither model.safetensors nor model.safetensors.index.json, which says what "
                + "is where. Download the index too."
        }
        if files.contains(where: { $0.hasPrefix("pytorch_model-00") && $0.hasSuffix(".bin") }) {
            return
                "holds parts of the weights, but neither pytorch_model.bin nor pytorch_model.bin.index.json, which says what is "
                + "where. Download the index too."
        }
        if let file = first(".bin", ".pt", ".pth", ".ckpt") {
            return
                "holds \(file), but no weights under a name that is looked for (\(Weights.fileNames.joined(separator: ", "))). "
                + "If \(file) holds a state_dict of torch.save with all the weights, rename it to pytorch_model.bin; else load it "
                + "with the program that wrote it and save the model with save_pretrained."
        }
        if let file = first(".onnx", ".ort") {
            return
                "holds an export to ONNX (\(file)), whose graphs are those of another program. Use the checkpoint that it "
                + "was made from, in safetensors."
        }
        if let file = first(".h5", ".msgpack", ".keras") {
            return
                "holds weights of TensorFlow or Flax (\(file)). Load it with transformers below version 5 (from_tf or "
                + "from_flax) and save it again with save_pretrained."
        }
        if let file = first(".safetensors") {
            return
                "holds \(file), but neither model.safetensors nor model.safetensors.index.json. If \(file) has all the "
                + "weights, rename it to model.safetensors."
        }
        return nil
    }

    /// Whether a file is what transformers calls a variant of another, such as `model.fp16.safetensors` of `model.safetensors`.
    private static func isVariant(_ file: String, of name: String) -> Bool {
        guard let dot = name.lastIndex(of: "."), file.count > name.count + 1 else { return false }
        return file.hasPrefix("\(name[..<dot]).") && file.hasSuffix(name[dot...])
            && !file.dropFirst(name[...dot].count).dropLast(name[dot...].count).contains(".")
    }

    /// What the names of tensors show that a model was, when it was saved; nil for names that tell nothing.
    ///
    /// - Returns: sentences that say what it is, and what to do.
    package static func kind(ofTensors names: some Sequence<String>) -> String? {
        var (found, example) = (Form?.none, "")
        for name in names {
            guard let form = Form.allCases.first(where: { $0.isShown(by: name) }) else { continue }
            if let best = found, best.rawValue < form.rawValue || (best == form && example < name) { continue }
            (found, example) = (form, name)
        }
        return found.map { "\($0.sentence) (It has a tensor named \"\(example.prefix(200))\".)" }
    }

    /// Whether the names are those of an adapter that was not merged: such a checkpoint may hold every tensor that is asked
    /// for, and would caption as if it had never been trained further.
    package static func hasAdapter(_ name: String) -> Bool { Form.adapter.isShown(by: name) }

    /// The most telling first.
    private enum Form: Int, CaseIterable {
        case adapter, quantized, compiled, wrapped, sharded, lavis

        func isShown(by name: String) -> Bool {
            func has(_ parts: String...) -> Bool { parts.contains { name.contains($0) } }
            return switch self {
            case .adapter: has("lora_", ".base_layer.", ".modules_to_save.") || name.hasPrefix("base_model.model.")
            case .quantized:
                [".qweight", ".qzeros", ".g_idx", ".SCB", ".absmax", ".quant_map", ".weight_scale", ".weight_packed"]
                    .contains { name.hasSuffix($0) } || has(".quant_state.")
            case .compiled: has("_orig_mod.")
            case .wrapped: name.hasPrefix("module.")
            case .sharded: has("_fsdp_wrapped_module.", "_checkpoint_wrapped_module.")
            case .lavis: name.hasPrefix("visual_encoder.") || name.hasPrefix("Qformer.") || name.hasPrefix("ln_vision.")
            }
        }

        var sentence: String {
            switch self {
            case .adapter:
                "It holds an adapter such as LoRA that was not merged into the weights. Load it with PEFT, merge it with "
                    + "merge_and_unload, and save the result with save_pretrained."
            case .quantized:
                "Its weights are quantised (as by GPTQ, AWQ or bitsandbytes), which cannot be read. Use the checkpoint that it "
                    + "was made from, in F32, F16 or BF16."
            case .compiled:
                "It was saved from a model that torch.compile had wrapped, which puts \"_orig_mod.\" into the names. Save "
                    + "model._orig_mod with save_pretrained instead, or take \"_orig_mod.\" out of the names."
            case .wrapped:
                "It was saved from a model that DataParallel had wrapped, which puts \"module.\" in front of the names. Save "
                    + "model.module with save_pretrained instead, or take \"module.\" off the names."
            case .sharded:
                "It was saved from a model that FSDP or checkpointing of activations had wrapped. Gather its full state, load "
                    + "that into the plain model, and save it with save_pretrained."
            case .lavis:
                "Its names are those of LAVIS, where BLIP-2 comes from. Convert it with transformers' "
                    + "convert_blip_2_original_to_pytorch.py."
            }
        }
    }

    /// What a file is that should be text of a checkpoint, by its first bytes; nil for what may be that.
    ///
    /// - Returns: the end of a sentence that begins with the file: "is … . Do …".
    package static func kind(ofText bytes: some Collection<UInt8>) -> String? {
        stray(bytes).map { "is \($0.name). \($0.advice)" }
    }

    /// What stands in the place of a file that was not transferred, by its first bytes; nil for any other content.
    ///
    /// - Returns: what it is, as the end of a sentence without its full stop, and what to do about it in a folder.
    package static func stray(_ bytes: some Collection<UInt8>) -> (name: String, advice: String)? {
        if bytes.starts(with: "version https://git-lfs".utf8) {
            return ("a Git LFS pointer", "Run \"git lfs pull\" in its folder, or download the file itself.")
        }
        let start = bytes.prefix(256).drop { $0 <= UInt8(ascii: " ") && $0 > 0 }
        if ["<!", "<html", "<HTML"].contains(where: { start.starts(with: $0.utf8) }) {
            return ("a web page, perhaps an error page saved in its place", "Download it again.")
        }
        return nil
    }
}

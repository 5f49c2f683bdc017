// All captions as a file.

const columns = ['filename', 'caption', 'format', 'width', 'height', 'file_size', 'hash', 'total_seconds', 'colours'];

/** What is kept of each picture that has a caption. */
export function records(pictures) {
  return pictures.filter(picture => picture.answer).map(({ file, answer, colours }) => ({
    filename: file.name,
    caption: answer.caption,
    image_info: answer.image_info,
    processing_time: answer.processing_time,
    dominant_colors: colours?.dominant_colors ?? [],
    timestamp: answer.timestamp,
  }));
}

/** Comma-separated values (RFC 4180) with a header line. */
export function csv(pictures) {
  const lines = records(pictures).map(record => [
    record.filename, record.caption, record.image_info?.format, ...record.image_info?.size ?? ['', ''],
    record.image_info?.file_size, record.image_info?.hash, record.processing_time?.total_seconds,
    record.dominant_colors.map(colour => `${colour.name} ${colour.hex}`).join('; '),
  ]);
  return [columns, ...lines].map(line => line.map(cell).join(',')).join('\r\n') + '\r\n';
}

function cell(value) {
  let text = String(value ?? '');
  // A file's name is not ours: a spreadsheet would run what looks like a formula.
  if (typeof value === 'string' && /^[=+\-@\t\r]/.test(text)) text = `'${text}`;
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

export function json(pictures) {
  return JSON.stringify(records(pictures), null, 2) + '\n';
}

/** Hands a text, or a file, to the browser as a download. */
export function save(content, name, type) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}

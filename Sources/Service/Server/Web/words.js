// Quantities as people read them.

/** 93612 → "94 kB" */
export function bytes(count) {
  if (count < 1000) return `${count} bytes`;
  const units = ['kB', 'MB', 'GB', 'TB'];
  let value = count / 1000;
  while (value >= 999.5 && units.length > 1) {
    value /= 1000;
    units.shift();
  }
  return `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ${units[0]}`;
}

/** 0.0551 → "55 ms", 1.24 → "1.2 s" */
export function duration(seconds) {
  if (seconds < 0.0005) return 'under 1 ms';
  if (seconds < 0.9995) return `${Math.round(seconds * 1000)} ms`;
  return seconds < 10 ? `${seconds.toFixed(1)} s` : `${Math.round(seconds)} s`;
}

/** 5123456 → "5.1 million", 3874000000 → "3.9 billion" */
export function count(number) {
  if (number >= 1e9) return `${(number / 1e9).toFixed(1)} billion`;
  if (number >= 1e6) return `${(number / 1e6).toFixed(1)} million`;
  return number.toLocaleString('en-GB');
}

/** "1 picture", "2 pictures" */
export function pictures(number) {
  return number === 1 ? '1 picture' : `${number} pictures`;
}

const steps = {
  waiting_seconds: 'waiting for its turn',
  image_decode_seconds: 'reading the picture',
  image_preprocess_seconds: 'fitting it to the model',
  vision_seconds: 'looking at it',
  qformer_seconds: 'gathering what matters',
  prefill_seconds: 'finding the first word',
  decode_seconds: 'writing the rest',
};
// These two are sums of the others.
const sums = ['total_seconds', 'caption_generation_seconds'];

/** The steps of a caption's processing_time in the order they happen, as [words, seconds]; unknown ones come last. */
export function stepsOf(times) {
  const known = Object.keys(steps).filter(name => name in times);
  const others = Object.keys(times).filter(name => !(name in steps) && !sums.includes(name));
  return [
    ...known.map(name => [steps[name], times[name]]),
    ...others.map(name => [name.replace(/_seconds$/, '').replaceAll('_', ' '), times[name]]),
  ];
}

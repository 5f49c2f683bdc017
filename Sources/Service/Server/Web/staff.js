// The pictures as a score: a bar for each palette, a note for each of its colours, the brighter the higher. Ornament
// only, and told to nobody: it is no music yet.

const space = 10;  // between two lines, in pixels
const barWidth = 118;
const rest = [0.35, 0.5, 0.62, 0.5, 0.72, 0.9, 0.6, 0.42, 0.55, 0.3, 0.18, 0.4];

const staff = document.getElementById('staff');

function shape(name, attributes) {
  const result = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) result.setAttribute(key, value);
  return result;
}

/** How bright a colour is, 0 to 1. */
function brightness(hex) {
  const [red, green, blue] = [1, 3, 5].map(place => parseInt(hex.slice(place, place + 2), 16) / 255);
  return Math.sqrt(0.299 * red ** 2 + 0.587 * green ** 2 + 0.114 * blue ** 2);
}

function note(x, height, colour) {
  // Half a space a step, from under the lowest line to above the highest.
  const y = (5 - Math.round(height * 10) / 2) * space + space;
  const isHigh = height > 0.5;
  const stemX = x + (isHigh ? -5.6 : 5.6);
  const result = shape('g', { class: colour ? 'tone' : 'tone pale' });
  if (colour) result.style.color = colour;
  result.append(
    shape('ellipse', { cx: x, cy: y, rx: 6.4, ry: 4.6, transform: `rotate(-20 ${x} ${y})` }),
    shape('path', { d: `M${stemX} ${y}v${isHigh ? 30 : -30}` }));
  return result;
}

/** Draws the palettes that fit, the latest ones; where there is none, a few pale notes. */
export function drawStaff(palettes) {
  const width = staff.clientWidth;
  const parts = [];
  for (let line = 1; line <= 5; line += 1) parts.push(shape('path', { class: 'line', d: `M0 ${line * space}H${width}` }));
  if (palettes.length === 0) {
    const gap = Math.min(width / (rest.length + 1), 90);
    const start = (width - gap * (rest.length - 1)) / 2;
    parts.push(...rest.map((height, index) => note(start + index * gap, height, null)));
  }
  const shown = palettes.slice(-Math.max(1, Math.floor(width / barWidth)));
  const start = Math.max(0, (width - shown.length * barWidth) / 2);
  shown.forEach((palette, index) => {
    const x = start + index * barWidth;
    const colours = palette.slice(0, 5);
    const gap = (barWidth - 24) / colours.length;
    parts.push(...colours.map(({ hex }, place) => note(x + 12 + gap * (place + 0.5), brightness(hex), hex)));
    if (index > 0) parts.push(shape('path', { class: 'line', d: `M${x} ${space}v${4 * space}` }));
  });
  staff.replaceChildren(...parts);
}

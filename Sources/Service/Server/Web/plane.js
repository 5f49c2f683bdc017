// The valence–arousal plane with a mood in it.

const names = [
  { x: 96, y: 10, text: 'excited', anchor: 'end' }, { x: 4, y: 10, text: 'tense', anchor: 'start' },
  { x: 4, y: 96, text: 'sad', anchor: 'start' }, { x: 96, y: 96, text: 'calm', anchor: 'end' },
];

function shape(name, attributes, text = '') {
  const result = document.createElementNS('http://www.w3.org/2000/svg', name);
  for (const [key, value] of Object.entries(attributes)) result.setAttribute(key, value);
  result.textContent = text;
  return result;
}

/** From left to right: unpleasant to pleasant; from bottom to top: still to stirred. The surer, the smaller the halo. */
export function drawPlane(svg, { valence, arousal, confidence, label }) {
  const [x, y] = [50 + 50 * valence, 50 - 50 * arousal];
  svg.setAttribute('viewBox', '0 0 100 100');
  svg.setAttribute('role', 'img');
  svg.setAttribute('aria-label', `The mood, ${label}, in the plane of valence ${valence.toFixed(2)} and arousal ${arousal.toFixed(2)}`);
  svg.replaceChildren(
    shape('path', { class: 'axis', d: 'M50 2V98M2 50H98' }),
    ...names.map(({ text, anchor, ...place }) => shape('text', { ...place, 'text-anchor': anchor }, text)),
    shape('circle', { class: 'halo', cx: x, cy: y, r: 5 + 12 * (1 - confidence) }),
    shape('circle', { class: 'point', cx: x, cy: y, r: 3.2 }));
}

// The texts on the page whose contrast is under 4.5, or under 3 where they are large (WCAG 2.2, 1.4.3).

const context = Object.assign(document.createElement('canvas'), { width: 1, height: 1 })
  .getContext('2d', { willReadFrequently: true });

/** Any CSS colour as red, green, blue and alpha from 0 to 255. */
function channels(colour) {
  context.clearRect(0, 0, 1, 1);
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  return [...context.getImageData(0, 0, 1, 1).data];
}

function luminance(rgb) {
  const [red, green, blue] = rgb.map(value => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

/** The first background behind an element that is not transparent. */
function background(element) {
  for (let place = element; place; place = place.parentElement) {
    const colour = channels(getComputedStyle(place).backgroundColor);
    if (colour[3] > 250) return colour.slice(0, 3);
  }
  return [255, 255, 255];
}

return [...document.querySelectorAll('body *')].flatMap(element => {
  const text = [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.trim()).join('');
  const style = getComputedStyle(element);
  if (!text || !element.checkVisibility() || element.closest('.visually-hidden, .skip, :disabled')) return [];
  const [one, other] = [luminance(channels(style.color).slice(0, 3)), luminance(background(element))];
  const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
  const size = parseFloat(style.fontSize);
  const isLarge = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
  return contrast < (isLarge ? 3 : 4.5) ? [`${text.slice(0, 40)}: ${contrast.toFixed(2)}`] : [];
});

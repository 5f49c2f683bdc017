// Makes elements: element('p', { className: 'about' }, 'text', anotherElement)

export function element(tag, properties = {}, ...children) {
  const result = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in result) result[name] = value;
    else result.setAttribute(name, value);
  }
  result.append(...children.filter(child => child !== null && child !== undefined && child !== ''));
  return result;
}

/** The nodes of a text in which `code` stands between backticks. */
export function marked(text = '') {
  return text.split('`').map((part, index) => (index % 2 ? element('code', {}, part) : part));
}

/** A block of code that can be copied. A keyboard reaches it, to scroll. */
export function codeBlock(text, label, { isCopyable = false } = {}) {
  const block = element('div', { className: 'code' }, element('pre', { tabIndex: 0, role: 'region', 'aria-label': label }, text));
  // Without HTTPS, and away from localhost, browsers give no clipboard.
  if (!isCopyable || !navigator.clipboard) return block;
  const button = element('button', { className: 'button', type: 'button', 'aria-label': `Copy: ${label}` }, 'Copy');
  button.addEventListener('click', async () => {
    await navigator.clipboard.writeText(text);
    button.textContent = 'Copied';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  });
  block.append(button);
  return block;
}

/** Copies a text, also where the page came over plain HTTP from another machine and has no clipboard of its own. */
export async function copyText(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const area = document.createElement('textarea');
    area.value = text;
    area.className = 'visually-hidden';
    const before = document.activeElement;
    document.body.append(area);
    area.select();
    const isCopied = document.execCommand('copy');
    area.remove();
    before?.focus();
    return isCopied;
  }
}

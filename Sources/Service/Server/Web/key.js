// The key that opens a server with API_KEYS, kept until the tab is closed.

const name = 'image-to-song.key';
let kept = null;  // where a browser has its storage switched off

export function readKey() {
  try {
    return sessionStorage.getItem(name) ?? kept;
  } catch {
    return kept;
  }
}

export function keepKey(key) {
  kept = key;
  try {
    sessionStorage.setItem(name, key);
  } catch {
    // Kept for as long as this page is open.
  }
}

/** The headers that carry the key, where there is one that a header can carry. */
export function keyHeaders() {
  const key = readKey();
  return key && /^[\x20-\x7e]+$/.test(key) ? { 'X-API-Key': key } : {};
}

/** Shows the form for the key when a call was refused; `onKey` is called once there is another one. */
export class KeyForm {
  #form = document.getElementById('key');
  #input = document.getElementById('key-input');
  #text = document.getElementById('key-text');

  constructor(onKey) {
    this.#form.addEventListener('submit', event => {
      event.preventDefault();
      keepKey(this.#input.value.trim());
      this.#input.value = '';
      this.#form.hidden = true;
      onKey();
    });
  }

  ask(failure) {
    this.#text.textContent =
      `${failure.message} Whoever runs this server can give you a key. It is kept until you close this tab.`;
    if (!this.#form.hidden) return;
    this.#form.hidden = false;
    this.#input.focus();
  }
}

// What is seen of one picture.

import { copyText } from './element.js';
import { SongList } from './songlist.js';
import { bytes, duration, stepsOf } from './words.js';

const template = document.getElementById('card');

const steps = {
  queued: () => 'Waiting for its turn …',
  sending: picture => `Sending … ${Math.round(picture.sent * 100)} %`,
  looking: () => 'Looking at it …',
  writing: () => 'Writing …',
  pausing: picture => `Trying again in ${picture.secondsLeft} s …`,
};

/** The card of a picture, which follows it. `onRemove` is called when its button is pressed. */
export class Card {
  element = template.content.firstElementChild.cloneNode(true);
  #picture;

  constructor(picture, onRemove) {
    this.#picture = picture;
    const name = picture.file.name;
    this.#find('.name').textContent = name;
    this.#find('.retry').addEventListener('click', () => picture.retry());
    this.#find('.remove').addEventListener('click', onRemove);
    this.#find('.remove').setAttribute('aria-label', `Remove ${name}`);
    this.#find('.copy').addEventListener('click', event => this.#copy(event.currentTarget));
    this.#find('.copy').setAttribute('aria-label', `Copy caption of ${name}`);
    this.#find('progress').setAttribute('aria-label', `Progress of ${name}`);
    new SongList(this.#find('.songs'), picture.songs, name);
    this.#showPreview();
    picture.addEventListener('change', () => this.#render());
    this.#render();
  }

  #find(selector) { return this.element.querySelector(selector); }

  #showPreview() {
    const image = this.#find('img');
    image.alt = this.#picture.file.name;
    image.addEventListener('error', async () => {
      image.hidden = true;
      this.element.classList.add('bare');
      this.#find('.no-preview').hidden = false;
      const preview = await this.#picture.previewFromServer();
      if (!preview) return;
      image.src = preview;
      image.hidden = false;
      this.element.classList.remove('bare');
      this.#find('.no-preview').hidden = true;
    }, { once: true });
    image.src = this.#picture.preview;
  }

  #render() {
    const { state, failure, answer, colours, colourFailure, file } = this.#picture;
    this.element.dataset.state = state;
    this.element.setAttribute('aria-busy', String(state in steps));
    const info = answer?.image_info;
    this.#find('.facts').textContent =
      [info && `${info.size.join(' × ')}`, info?.format, bytes(file.size)].filter(Boolean).join(' · ');
    this.#renderWait(state);
    this.#show('.problem', failure);
    this.#find('.detail').textContent = failure?.message ?? '';
    this.#show('.retry', failure?.isRetryable && state !== 'locked');
    this.#find('.retry').textContent = state === 'pausing' ? 'Try now' : 'Try again';
    this.#renderCaption();
    if (colours) this.#renderPalette(colours.dominant_colors ?? []);
    this.#show('.palette-problem', colourFailure && colourFailure.status !== 404);
    this.#find('.palette-problem').textContent = colourFailure ? `No colours: ${colourFailure.message}` : '';
    this.#show('.times', answer);
    if (answer) this.#renderTimes(answer, colours);
  }

  #renderCaption() {
    const { answer, state, text, file } = this.#picture;
    const isWriting = state === 'writing';
    this.#show('.caption', answer || isWriting);
    this.#show('.copy', answer);
    this.#find('.caption').textContent = answer ? answer.caption : isWriting ? text : '';
    this.#find('img').alt = answer?.caption || file.name;
    const others = answer?.captions?.slice(1) ?? [];
    this.#show('.others', others.length > 0);
    this.#find('.others').replaceChildren(...others.map(caption => {
      const item = document.createElement('li');
      item.textContent = caption;
      return item;
    }));
  }

  #renderWait(state) {
    this.#show('.wait', state in steps);
    this.#find('.step').textContent = steps[state]?.(this.#picture) ?? '';
    const progress = this.#find('progress');
    if (state === 'sending') progress.value = this.#picture.sent;
    else progress.removeAttribute('value');
  }

  #renderPalette(palette) {
    const list = this.#find('.palette');
    if (!list.hidden || palette.length === 0) return;
    list.hidden = false;
    for (const colour of palette) {
      const band = document.createElement('span');
      band.style.backgroundColor = colour.hex;
      band.style.flexGrow = colour.percentage;
      this.#find('.strip').append(band);
      const [swatch, item] = [document.createElement('span'), document.createElement('li')];
      swatch.className = 'swatch';
      swatch.style.backgroundColor = colour.hex;
      item.title = `${colour.hex} · ${colour.percentage.toFixed(1)} %`;
      item.append(swatch, colour.name, ' ', code(colour.hex));
      list.append(item);
    }
    this.element.style.setProperty('--tone', palette[0].hex);
  }

  #renderTimes(answer, colours) {
    const rows = stepsOf(answer.processing_time ?? {});
    const took = colours?.processing_time_seconds;
    const key = `${answer.timestamp} ${rows.length} ${took}`;
    const box = this.#find('.times');
    box.hidden = rows.length === 0;
    if (rows.length === 0 || box.dataset.key === key) return;
    Object.assign(box.dataset, { key });
    const total = duration(answer.processing_time.total_seconds);
    box.querySelector('summary').textContent = answer.cached ? `From the cache, in ${total}` : `Captioned in ${total}`;
    const [bar, list] = [box.querySelector('.bar'), box.querySelector('dl')];
    bar.replaceChildren();
    list.replaceChildren();
    rows.forEach(([name, seconds], index) => {
      const part = document.createElement('span');
      part.style.flexGrow = seconds * 1e6;  // under one in all, they would not fill the bar
      part.className = `step-${index % 8}`;
      bar.append(part);
      list.append(...pair(name, seconds, part.className));
    });
    if (took !== undefined) list.append(...pair('finding the colours, a call of its own', took, 'aside'));
  }

  async #copy(button) {
    const isCopied = await copyText(this.#picture.answer.caption);
    button.textContent = isCopied ? 'Copied' : 'Copying is blocked';
    setTimeout(() => { button.textContent = 'Copy caption'; }, 2000);
  }

  #show(selector, isShown) { this.#find(selector).hidden = !isShown; }
}

function pair(name, seconds, className) {
  const [term, value] = ['dt', 'dd'].map(tag => document.createElement(tag));
  term.className = className;
  term.textContent = name;
  value.textContent = duration(seconds);
  return [term, value];
}

function code(text) {
  const element = document.createElement('code');
  element.textContent = text;
  return element;
}

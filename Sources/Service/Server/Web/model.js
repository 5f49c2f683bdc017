// Which model is loaded, and whether it is there yet.

import { Failure, get } from './api.js';
import { count } from './words.js';

const soon = 2000;
const later = 10_000;

/** The model's short name with its name on the Hub, if it has one; else what the server calls it. */
const named = model => model.alias ? `${model.alias} (${model.hub_id})` : model.model_name;

/** Shows the model in the head of the page, and asks again until it is ready. */
export class ModelLine {
  /** What the server takes, once it is known: max_image_bytes and others. */
  limits = {};

  #line = document.getElementById('model');
  #text = document.getElementById('model-text');
  #timer = null;
  #onLocked;

  constructor(onLocked) {
    this.#onLocked = onLocked;
  }

  /** Asks now. */
  async check() {
    clearTimeout(this.#timer);
    try {
      const health = await get('health', { lenient: true });
      const { model_info: model } = await get('model/info');
      this.limits = model.limits ?? {};
      if (health.status === 'healthy') return this.#showReady(model);
      if (health.status === 'degraded') {
        this.#show('failed', health.detail ?? `The model ${model.model_name} could not be loaded. The server’s log says why.`);
        return this.#again(later);
      }
      this.#show('loading', `The model ${model.model_name} is loading …`);
      this.#again(soon);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.isLocked) {
        this.#show('locked', 'A key is needed.');
        return this.#onLocked(error);
      }
      this.#show('failed', error.message);
      this.#again(later);
    }
  }

  #again(pause) {
    this.#timer = setTimeout(() => this.check(), pause);
  }

  #showReady(model) {
    const facts = [
      model.demo ? 'Demo model' : named(model), model.good_for, model.architecture,
      model.parameters && `${count(model.parameters)} parameters`,
      [model.gpu_name ?? model.device?.toUpperCase(), model.precision].filter(Boolean).join(', '),
    ];
    this.#show('ready', facts.filter(Boolean).join(' · '));
    this.#showNote(model.note);
  }

  /** The first sentence is always seen, the rest on demand. */
  #showNote(note) {
    const box = document.getElementById('note');
    box.hidden = !note;
    if (!note) return;
    const end = note.indexOf('. ') + 1;
    document.getElementById('note-first').textContent = end > 0 ? note.slice(0, end) : note;
    document.getElementById('note-rest').textContent = end > 0 ? note.slice(end + 1) : '';
  }

  #show(state, text) {
    this.#line.dataset.state = state;
    if (this.#text.textContent !== text) this.#text.textContent = text;
  }
}

// One picture on its way to a caption and a palette.

import { Failure, sendPicture } from './api.js';
import { bytes } from './words.js';

const mostTries = 6;
const usualPause = 5;

/**
 * What is known of one picture. `state` is one of
 * queued, sending, looking, pausing (the server is busy: again in `secondsLeft`), locked (a key is missing), done, failed.
 */
export class Picture extends EventTarget {
  state = 'queued';
  /** How much of the upload has gone out, 0 to 1. */
  sent = 0;
  secondsLeft = 0;
  /** @type {Failure|null} */
  failure = null;
  /** The answer of /caption/generate. */
  answer = null;
  /** The answer of /image/process. */
  colours = null;
  /** @type {Failure|null} why there is no palette */
  colourFailure = null;

  #queue;
  #mostBytes;
  #giveUp = new AbortController();
  #endPause = () => {};

  constructor(file, queue, mostBytes) {
    super();
    this.file = file;
    this.#queue = queue;
    this.#mostBytes = mostBytes;
    this.preview = URL.createObjectURL(file);
  }

  /** Gets the caption, then the palette. Every step is told with a `change` event, the palette with `colours` too. */
  async start() {
    this.#set({ state: 'queued', failure: null });
    try {
      this.#checkSize();
      const answer = await this.#persist(() => this.#ask());
      this.#set({ state: 'done', answer });
    } catch (error) {
      return this.#fail(error);
    }
    await this.findColours();
  }

  async findColours() {
    try {
      const colours = await this.#persist(() => this.#send('/image/process', false), true);
      this.#set({ colours, colourFailure: null });
      this.dispatchEvent(new Event('colours'));
    } catch (error) {
      if (error instanceof Failure) this.#set({ colourFailure: error });
    }
  }

  /** A preview that the server makes, for kinds of pictures that the browser cannot show; null where it has none. */
  async previewFromServer() {
    try {
      const blob = await this.#queue.add(
        () => sendPicture('/image/process', this.file, { signal: this.#giveUp.signal, accept: 'image/jpeg' }),
        { signal: this.#giveUp.signal });
      return blob.type.startsWith('image/') ? URL.createObjectURL(blob) : null;
    } catch {
      return null;
    }
  }

  /** Ends a pause before its time, or starts anew after a failure. */
  retry() {
    if (this.state === 'pausing') this.#endPause();
    else if (this.state === 'failed' || this.state === 'locked') this.start();
  }

  /** Gives up what is under way. */
  discard() {
    this.#giveUp.abort();
    this.#endPause();
    URL.revokeObjectURL(this.preview);
  }

  /** Tries again while the server is only busy, after the pause that it asks for. */
  async #persist(call, isQuiet = false) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Failure) || !error.isPassing || tries === mostTries) throw error;
        await this.#pause(error, isQuiet);
        this.#giveUp.signal.throwIfAborted();
      }
    }
  }

  async #pause(failure, isQuiet) {
    let secondsLeft = failure.retryAfter ?? usualPause;
    let isOver = false;
    while (secondsLeft > 0 && !isOver) {
      if (!isQuiet) this.#set({ state: 'pausing', failure, secondsLeft });
      await new Promise(resolve => {
        this.#endPause = () => { isOver = true; resolve(); };
        setTimeout(resolve, 1000);
      });
      secondsLeft -= 1;
    }
    if (!isQuiet && !this.#giveUp.signal.aborted) this.#set({ state: 'queued', failure: null });
  }

  #ask() {
    return this.#send('/caption/generate', true, sent => {
      this.#set({ sent, state: sent < 1 ? 'sending' : 'looking' });
    });
  }

  #send(path, isUrgent, onSent = () => {}) {
    const signal = this.#giveUp.signal;
    const call = () => {
      onSent(0);
      return sendPicture(path, this.file, { onSent, signal });
    };
    return this.#queue.add(call, { isUrgent, signal });
  }

  #checkSize() {
    const most = this.#mostBytes();
    if (most && this.file.size > most) {
      throw new Failure(
        `The picture has ${bytes(this.file.size)}; this server takes up to ${bytes(most)}.`, { status: 413 });
    }
  }

  #fail(error) {
    if (error.name === 'AbortError') return;
    const failure = error instanceof Failure ? error : new Failure('Something went wrong on this page.', { status: 400 });
    this.#set({ state: failure.isLocked ? 'locked' : 'failed', failure });
    if (!(error instanceof Failure)) throw error;
  }

  #set(changes) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event('change'));
  }
}

// One picture on its way to a caption and a palette.

import { Failure, sendPicture } from './api.js';
import { Songs } from './songs.js';
import { captionPicture } from './stream.js';
import { bytes } from './words.js';

const mostTries = 6;
const usualPause = 5;

/**
 * What is known of one picture. `state` is one of
 * queued, sending, looking, writing (`text` grows), pausing (the server is busy: again in `secondsLeft`), locked (a key is
 * missing), done, failed.
 */
export class Picture extends EventTarget {
  state = 'queued';
  /** How much of the upload has gone out, 0 to 1. */
  sent = 0;
  secondsLeft = 0;
  /** @type {Failure|null} */
  failure = null;
  /** The words that are there while the caption is written. */
  text = '';
  /** The answer of /caption/stream. */
  answer = null;
  /** The answer of /image/process. */
  colours = null;
  /** @type {Failure|null} why there is no palette */
  colourFailure = null;
  songs = new Songs();

  #queue;
  #mostBytes;
  #options;
  #giveUp = new AbortController();
  /** Gives up the caption alone. */
  #giveUpAsking = new AbortController();
  #endPause = () => {};

  /** @param {Object<string, string>} options what is asked of the caption, by the fields of the call */
  constructor(file, queue, mostBytes, options) {
    super();
    this.file = file;
    this.#options = options;
    this.#queue = queue;
    this.#mostBytes = mostBytes;
    this.preview = URL.createObjectURL(file);
  }

  /** Gets the caption, then the palette, then songs. Every step is told with a `change` event, the palette with `colours` too. */
  async start() {
    this.#giveUpAsking.abort();
    this.#endPause();
    this.#giveUpAsking = new AbortController();
    const { signal } = this.#giveUpAsking;
    this.#set({ state: 'queued', failure: null, answer: null, text: '' });
    try {
      this.#checkSize();
      const answer = await this.#persist(() => this.#ask(signal), signal);
      this.#set({ state: 'done', answer });
    } catch (error) {
      return signal.aborted ? undefined : this.#fail(error);
    }
    if (!this.colours) await this.findColours();
    if (!signal.aborted) await this.songs.find(this.answer.caption, this.colours?.dominant_colors ?? []);
  }

  /** Gets another caption. */
  ask(options) {
    this.#options = options;
    return this.start();
  }

  async findColours() {
    try {
      const colours = await this.#persist(() => this.#processed(), this.#giveUp.signal, true);
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
        () => sendPicture('image/process', this.file, { signal: this.#giveUp.signal, accept: 'image/jpeg' }),
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
    this.#giveUpAsking.abort();
    this.songs.discard();
    this.#endPause();
    URL.revokeObjectURL(this.preview);
  }

  /** Tries again while the server is only busy, after the pause that it asks for. */
  async #persist(call, signal, isQuiet = false) {
    for (let tries = 1; ; tries += 1) {
      try {
        return await call();
      } catch (error) {
        if (!(error instanceof Failure) || !error.isPassing || tries === mostTries) throw error;
        await this.#pause(error, signal, isQuiet);
        signal.throwIfAborted();
      }
    }
  }

  async #pause(failure, signal, isQuiet) {
    let secondsLeft = failure.retryAfter ?? usualPause;
    let isOver = false;
    while (secondsLeft > 0 && !isOver && !signal.aborted) {
      if (!isQuiet) this.#set({ state: 'pausing', failure, secondsLeft });
      await new Promise(resolve => {
        this.#endPause = () => { isOver = true; resolve(); };
        setTimeout(resolve, 1000);
      });
      secondsLeft -= 1;
    }
    if (!isQuiet && !signal.aborted) this.#set({ state: 'queued', failure: null });
  }

  #ask(signal) {
    const onSent = sent => this.#set({ sent, state: sent < 1 ? 'sending' : 'looking' });
    const onText = text => this.#set({ text, state: 'writing' });
    const call = () => {
      onSent(0);
      return captionPicture(this.file, this.#options, { onSent, onText, signal });
    };
    return this.#queue.add(call, { isUrgent: true, signal });
  }

  #processed() {
    const { signal } = this.#giveUp;
    return this.#queue.add(() => sendPicture('image/process', this.file, { signal }), { signal });
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

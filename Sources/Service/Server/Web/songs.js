// The songs that go with one picture, and the mood that was asked for.

import { Failure, send } from './api.js';

const limit = 8;

const likesKey = 'liked-songs';

/** The numbers of songs that somebody likes; this browser remembers them. */
const liked = new Set(remembered());

function remembered() {
  try {
    const numbers = JSON.parse(localStorage.getItem(likesKey) ?? '[]');
    return numbers.filter(Number.isInteger);
  } catch {
    return [];  // nothing may be stored here, or it is something else
  }
}

/** How the buttons move the point in the plane. */
export const directions = {
  calmer: { valence: 0, arousal: -0.3 },
  brighter: { valence: 0.3, arousal: 0 },
  'more energy': { valence: 0, arousal: 0.3 },
  sadder: { valence: -0.3, arousal: 0 },
};

/** `state` is one of idle, asking, done, failed; every change is told with a `change` event. */
export class Songs extends EventTarget {
  state = 'idle';
  /** The answer of /songs/match. */
  answer = null;
  /** @type {Failure|null} */
  failure = null;
  /** The point that somebody moved to; null as long as the mood is the picture's. */
  point = null;

  #caption = '';
  #palette = [];
  #excluded = new Set();
  #giveUp = new AbortController();

  get mood() { return this.answer?.mood ?? null; }

  get list() { return this.answer?.songs ?? []; }

  /** Looks for songs for a caption and the colours of /image/process. */
  find(caption, palette) {
    this.#caption = caption;
    this.#palette = palette;
    return this.again();
  }

  /** Looks anew, after an import say. */
  again() {
    return this.#caption || this.#palette.length > 0 ? this.#ask() : undefined;
  }

  /** Moves the point by so much, within the plane. */
  move({ valence, arousal }) {
    const from = this.point ?? this.mood;
    if (!from) return undefined;
    const bounded = value => Math.round(Math.min(1, Math.max(-1, value)) * 100) / 100;
    return this.moveTo({ valence: bounded(from.valence + valence), arousal: bounded(from.arousal + arousal) });
  }

  /** Moves the point there; null is back to the picture's own mood. */
  moveTo(point) {
    this.point = point;
    return this.#ask();
  }

  /** A song that must not come again. */
  exclude(id) {
    this.#excluded.add(id);
    return this.#ask();
  }

  likes(id) { return liked.has(id); }

  /** A song that others should be like; the second time it is one as any. */
  toggleLike(id) {
    if (!liked.delete(id)) liked.add(id);
    try {
      localStorage.setItem(likesKey, JSON.stringify([...liked]));
    } catch {
      // Remembered as long as the page is open.
    }
    return this.#ask();
  }

  discard() { this.#giveUp.abort(); }

  async #ask() {
    this.#giveUp.abort();
    this.#giveUp = new AbortController();
    const { signal } = this.#giveUp;
    this.#set({ state: 'asking', failure: null });
    const request = { caption: this.#caption, palette: this.#palette.map(({ hex, percentage }) => ({ hex, percentage })), limit };
    if (this.point) request.mood = this.point;
    if (liked.size > 0) request.liked = [...liked];
    if (this.#excluded.size > 0) request.filters = { exclude: [...this.#excluded] };
    try {
      const answer = await send('songs/match', request, { signal });
      this.#set({ state: 'done', answer });
    } catch (error) {
      if (signal.aborted) return;
      if (!(error instanceof Failure)) throw error;
      this.#set({ state: 'failed', failure: error });
    }
  }

  #set(changes) {
    Object.assign(this, changes);
    this.dispatchEvent(new Event('change'));
  }
}

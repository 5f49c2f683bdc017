// Lets a few tasks run at a time, the urgent ones first.

export class Queue {
  #free;
  #urgent = [];
  #other = [];

  /** @param {number} width how many tasks run at a time */
  constructor(width) {
    this.#free = width;
  }

  /** The result of `task`, once it had its turn; it is never begun where `signal` is aborted before. */
  add(task, { isUrgent = false, signal } = {}) {
    return new Promise((resolve, reject) => {
      (isUrgent ? this.#urgent : this.#other).push({ task, signal, resolve, reject });
      this.#advance();
    });
  }

  #advance() {
    while (this.#free > 0) {
      const next = this.#urgent.shift() ?? this.#other.shift();
      if (!next) return;
      if (next.signal?.aborted) {
        next.reject(new DOMException('Given up', 'AbortError'));
        continue;
      }
      this.#free -= 1;
      next.task().then(next.resolve, next.reject).finally(() => {
        this.#free += 1;
        this.#advance();
      });
    }
  }
}

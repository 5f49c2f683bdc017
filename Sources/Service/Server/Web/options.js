// What is asked of captions: how they begin, or a question, and how they are generated.

/** The form of options. `onAsk` is called when somebody wants the pictures that are there captioned anew. */
export class Options {
  #form = document.getElementById('options');
  #button = document.getElementById('again');

  constructor(onAsk) {
    this.#form.addEventListener('submit', event => {
      event.preventDefault();
      if (!this.#button.hidden) onAsk();
    });
    // A field that is folded away cannot say what is wrong with it.
    this.#form.addEventListener('invalid', () => { this.#form.querySelector('details').open = true; }, true);
    document.getElementById('reset-options').addEventListener('click', () => this.#form.reset());
  }

  /** The fields that are filled in, by the names that the calls have for them. */
  get fields() {
    return Object.fromEntries([...new FormData(this.#form)].filter(([, value]) => value !== ''));
  }

  /** There are pictures to caption anew, or none. */
  offer(isThere) {
    this.#button.hidden = !isThere;
  }
}

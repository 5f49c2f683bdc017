// One's own music: how much of it there is, and more of it.

import { Failure, get, sendList } from './api.js';
import { bytes, count } from './words.js';

const pause = 300;
const types = {
  csv: 'text/csv', tsv: 'text/csv', m3u: 'audio/x-mpegurl', m3u8: 'audio/x-mpegurl', jsonl: 'application/x-ndjson',
  ndjson: 'application/x-ndjson',
};

/** The part of the page about the catalogue. `onChange` is called when there are other songs than before. */
export class Library {
  #input = document.getElementById('list');
  #state = document.getElementById('library-state');
  #progress = document.getElementById('library-progress');
  #rejections = document.getElementById('rejections');
  #onChange;
  #onLocked;

  constructor(onChange, onLocked) {
    this.#onChange = onChange;
    this.#onLocked = onLocked;
    this.#input.addEventListener('change', async () => {
      const [file] = this.#input.files;
      this.#input.value = '';
      if (file) await this.#import(file);
    });
  }

  /** Says how many songs there are. */
  async check() {
    try {
      const { total } = await get('songs/stats');
      document.getElementById('library-count').textContent = total === 1 ? '1 song' : `${count(total)} songs`;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      document.getElementById('library').hidden = error.status === 404;
      document.getElementById('library-count').textContent = '';
    }
  }

  async #import(file) {
    this.#rejections.replaceChildren();
    this.#progress.hidden = false;
    this.#input.disabled = true;
    try {
      const type = types[file.name.split('.').pop().toLowerCase()] ?? 'text/csv';
      const { job } = await sendList('songs/import', file, type, {
        onSent: sent => this.#show(`Sending ${file.name} … ${Math.round(sent * 100)} %`, sent / 2),
      });
      this.#report(file, await this.#follow(file, job));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.isLocked) this.#onLocked(error);
      this.#say(`${file.name} was not imported: ${error.message}`);
    } finally {
      this.#progress.hidden = true;
      this.#input.disabled = false;
    }
    await this.check();
  }

  /** The job, once it has ended. */
  async #follow(file, job) {
    while (job.status === 'waiting' || job.status === 'running') {
      const share = job.bytes_total ? job.bytes_read / job.bytes_total : 0;
      this.#show(`Reading ${file.name}: ${count(job.rows_read)} rows, ${bytes(job.bytes_read)} …`, 0.5 + share / 2);
      await new Promise(resolve => { setTimeout(resolve, pause); });
      ({ job } = await get(`songs/import/${job.id}`));
    }
    return job;
  }

  #report(file, job) {
    if (job.status !== 'done') return this.#say(`${file.name} was not imported: ${job.error ?? 'it was stopped.'}`);
    const parts = [`${count(job.added)} new`, `${count(job.updated)} changed`, `${count(job.unchanged)} as they were`];
    if (job.rejected > 0) parts.push(`${count(job.rejected)} left out`);
    this.#say(`${file.name}: ${parts.join(', ')}.`);
    this.#rejections.replaceChildren(...[...job.rejections, ...job.notes].map(({ line, reason }) => {
      const item = document.createElement('li');
      item.textContent = `Line ${line}: ${reason}`;
      return item;
    }));
    if (job.added + job.updated > 0) this.#onChange();
    return undefined;
  }

  #show(text, share) {
    this.#say(text);
    this.#progress.value = share;
  }

  #say(text) {
    if (this.#state.textContent !== text) this.#state.textContent = text;
  }
}

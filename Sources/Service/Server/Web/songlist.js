// What is seen of the songs of one picture.

import { send } from './api.js';
import { copyText, element } from './element.js';
import { drawPlane } from './plane.js';
import { save } from './save.js';
import { directions } from './songs.js';

const services = {
  spotify: 'Spotify', apple_music: 'Apple Music', youtube_music: 'YouTube Music', musicbrainz: 'MusicBrainz',
};

const sources = { caption: 'the caption', colour: 'the colours', anchors: 'what the caption resembles', request: 'you' };

/** Fills the part of a card that is about songs, and follows them. */
export class SongList {
  #root;
  #songs;
  #name;

  constructor(root, songs, name) {
    this.#root = root;
    this.#songs = songs;
    this.#name = name;
    const moves = this.#find('.moves');
    for (const [word, step] of Object.entries(directions)) {
      const button = element('button', { className: 'button', type: 'button' }, word);
      button.addEventListener('click', () => songs.move(step));
      moves.append(button);
    }
    const back = element('button', { className: 'button as-is', type: 'button' }, 'as the picture');
    back.addEventListener('click', () => songs.moveTo(null));
    moves.append(back);
    this.#find('.plane').addEventListener('click', event => this.#pick(event));
    this.#find('.copy-list').addEventListener('click', event => this.#copy(event.currentTarget));
    for (const button of root.querySelectorAll('[data-format]')) {
      button.addEventListener('click', () => this.#download(button));
    }
    songs.addEventListener('change', () => this.#render());
  }

  #find(selector) { return this.#root.querySelector(selector); }

  #pick(event) {
    const { left, top, width, height } = event.currentTarget.getBoundingClientRect();
    const rounded = value => Math.round(value * 100) / 100;
    this.#songs.moveTo({
      valence: rounded(2 * (event.clientX - left) / width - 1), arousal: rounded(1 - 2 * (event.clientY - top) / height),
    });
  }

  #render() {
    const { state, mood, list, answer, failure, point } = this.#songs;
    this.#root.hidden = state === 'idle' || (state === 'asking' && !answer) || failure?.status === 404;
    this.#root.setAttribute('aria-busy', String(state === 'asking'));
    this.#find('.songs-problem').hidden = !failure;
    this.#find('.songs-problem').textContent = failure ? `No songs: ${failure.message}` : '';
    if (!answer || state !== 'done') return;
    this.#renderMood(mood, point);
    this.#find('.song-list').replaceChildren(...list.map(entry => this.#item(entry)));
    this.#find('.no-songs').hidden = list.length > 0;
    this.#find('.no-songs').textContent = list.length > 0 ? '' : answer.reason ?? 'There is no song that fits.';
    this.#find('.list-tools').hidden = list.length === 0;
  }

  #renderMood(mood, point) {
    const numbers = [mood.valence, mood.arousal].map(value => value.toFixed(2).replace('-', '−'));
    this.#find('.mood-label').textContent = mood.confidence > 0 ? mood.label : 'no telling';
    this.#find('.mood-numbers').textContent = `valence ${numbers[0]}, arousal ${numbers[1]}`;
    drawPlane(this.#find('.plane'), mood);
    this.#find('.as-is').hidden = !point;
    this.#find('.because').replaceChildren(...mood.contributions.map(({ source, share, evidence }) => element(
      'li', {}, `${Math.round(share * 100)} % ${sources[source] ?? source}${evidence.length ? `: ${evidence.join(', ')}` : ''}`)));
  }

  #item({ song, reason, links }) {
    const about = [song.artist, song.year].filter(Boolean).join(', ');
    const exclude = element('button', { className: 'button exclude', type: 'button', 'aria-label': `Not ${song.title}` }, 'Not this one');
    exclude.addEventListener('click', async () => {
      await this.#songs.exclude(song.id);
      (this.#find('.exclude') ?? this.#find('.moves button')).focus();
    });
    const like = element('button', {
      className: 'button like', type: 'button', 'aria-label': `More like ${song.title}`, 'aria-pressed': String(this.#songs.likes(song.id)),
    }, 'More like this');
    like.addEventListener('click', async () => {
      await this.#songs.toggleLike(song.id);
      (this.#find(`[data-like="${song.id}"]`) ?? this.#find('.moves button')).focus();
    });
    like.dataset.like = song.id;
    return element(
      'li', { className: 'song' },
      element('p', { className: 'song-title' }, element('cite', {}, song.title), about && element('span', {}, about)),
      element('p', { className: 'song-reason' }, reason),
      element('p', { className: 'song-links' }, ...links.map(link => element('a', {
        href: link.url, target: '_blank', rel: 'noopener noreferrer',
        'aria-label': `${song.title} ${link.exact ? 'on' : '– search'} ${services[link.service] ?? link.service}`,
      }, services[link.service] ?? link.service))),
      element('p', { className: 'song-choices' }, like, exclude));
  }

  async #copy(button) {
    const lines = this.#songs.list.map(({ song }) => [song.artist, song.title].filter(Boolean).join(' – '));
    button.textContent = await copyText(lines.join('\n')) ? 'Copied' : 'Copying is blocked';
    setTimeout(() => { button.textContent = 'Copy the list'; }, 2000);
  }

  async #download(button) {
    const { format } = button.dataset;
    const title = this.#name.replace(/\.[^.]*$/, '');
    try {
      const ids = this.#songs.list.map(({ song }) => song.id);
      const file = await send('songs/playlist', { ids, format, title }, { accept: '*/*' });
      save(file, `${title}.${format}`, file.type);
    } catch (error) {
      this.#find('.songs-problem').hidden = false;
      this.#find('.songs-problem').textContent = `No playlist: ${error.message}`;
    }
  }
}

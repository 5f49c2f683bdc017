// The page: pictures come in, cards with captions and songs come out.

import { Card } from './card.js';
import { watchIntake } from './intake.js';
import { KeyForm } from './key.js';
import { Library } from './library.js';
import { ModelLine } from './model.js';
import { Picture } from './picture.js';
import { Queue } from './queue.js';
import { csv, json, save } from './save.js';
import { drawStaff } from './staff.js';
import { Options } from './options.js';
import { pictures as inWords } from './words.js';

const results = document.getElementById('results');
const cards = document.getElementById('cards');
const announcer = document.getElementById('announcer');
const queue = new Queue(3);
/** The pictures on the page with their cards, in the order they came. */
const entries = [];

const keyForm = new KeyForm(() => {
  model.check();
  library.check();
  for (const { picture } of entries) {
    if (picture.state === 'locked') picture.retry();
    else if (picture.colourFailure?.isLocked) picture.findColours();
  }
});
const model = new ModelLine(failure => keyForm.ask(failure));
const library = new Library(
  () => entries.forEach(({ picture }) => picture.songs.again()), failure => keyForm.ask(failure));
const options = new Options(() => {
  announcer.textContent = `Asking again about ${inWords(entries.length)}.`;
  for (const entry of entries) {
    entry.told = '';
    entry.picture.ask(options.fields);
  }
});

function take(files) {
  for (const file of files) {
    const picture = new Picture(file, queue, () => model.limits.max_image_bytes, options.fields);
    const entry = { picture, card: new Card(picture, () => remove(entry)), told: '' };
    entries.push(entry);
    cards.append(entry.card.element);
    picture.addEventListener('change', () => follow(entry));
    picture.addEventListener('colours', draw);
    picture.start();
  }
  if (files.length === 0) return;
  tally();
  announcer.textContent = `${inWords(files.length)} added.`;
  cards.lastElementChild.scrollIntoView({ block: 'nearest' });
}

/** Says aloud what becomes of a picture, and asks for the key where it is missing. */
function follow(entry) {
  const { picture } = entry;
  if (picture.state !== entry.told) {
    entry.told = picture.state;
    if (picture.state === 'done') announcer.textContent = `${picture.file.name}: ${picture.answer.caption}.`;
    if (picture.state === 'failed') announcer.textContent = `${picture.file.name}: ${picture.failure.message}`;
    if (picture.state === 'pausing') announcer.textContent = `${picture.file.name}: ${picture.failure.message}`;
    if (picture.state === 'locked') keyForm.ask(picture.failure);
    if (picture.failure?.status === 0 || picture.failure?.status === 503) model.check();
  }
  if (picture.colourFailure?.isLocked) keyForm.ask(picture.colourFailure);
  tally();
}

function draw() {
  drawStaff(entries.map(({ picture }) => picture.colours?.dominant_colors ?? []).filter(palette => palette.length > 0));
}

function tally() {
  const done = entries.filter(({ picture }) => picture.answer).length;
  const failed = entries.filter(({ picture }) => picture.state === 'failed').length;
  const text = `${done} of ${inWords(entries.length)} captioned${failed ? `, ${failed} not` : ''}`;
  const line = document.getElementById('tally');
  if (line.textContent !== text) line.textContent = text;
  for (const id of ['save-csv', 'save-json']) document.getElementById(id).disabled = done === 0;
  results.hidden = entries.length === 0;
  options.offer(entries.length > 0);
}

/** Takes a picture off the page; the focus goes to its neighbour, so that a keyboard does not lose its place. */
function remove(entry) {
  const index = entries.indexOf(entry);
  entries.splice(index, 1);
  entry.picture.discard();
  entry.card.element.remove();
  tally();
  draw();
  announcer.textContent = `${entry.picture.file.name} removed.`;
  const neighbour = entries[Math.min(index, entries.length - 1)];
  (neighbour?.card.element.querySelector('.remove') ?? document.getElementById('choose')).focus();
}

document.getElementById('clear').addEventListener('click', () => {
  while (entries.length > 0) remove(entries[entries.length - 1]);
  announcer.textContent = 'All pictures removed.';
});
document.getElementById('save-csv').addEventListener('click', () => {
  save(csv(entries.map(entry => entry.picture)), 'captions.csv', 'text/csv;charset=utf-8');
});
document.getElementById('save-json').addEventListener('click', () => {
  save(json(entries.map(entry => entry.picture)), 'captions.json', 'application/json');
});

// What failed because the network was down goes on by itself when it is back.
addEventListener('online', () => {
  model.check();
  for (const { picture } of entries) if (picture.failure?.status === 0) picture.retry();
});

addEventListener('resize', draw);
draw();
watchIntake(take);
model.check();
library.check();
// Without HTTPS, or in a private window, there is none; the page then needs its server to open.
navigator.serviceWorker?.register('service-worker.js').catch(() => {});

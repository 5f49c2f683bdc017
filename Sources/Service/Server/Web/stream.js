// A caption word by word.

import { Failure, failure, unreachable, upload } from './api.js';

/**
 * The answer of /caption/stream for one picture, and its words on the way: `onText` is given all of them so far.
 *
 * @param {Object<string, string>} options the other fields of the form
 */
export async function captionPicture(file, options, { onSent, onText = () => {}, signal }) {
  let text = '';
  let answer = null;
  let problem = null;
  const events = new EventReader((name, data) => {
    if (name === 'token') onText(text += data.text);
    if (name === 'caption') answer = data;
    if (name === 'error') problem = data;
  });
  const request = await upload('caption/stream', file, {
    fields: options, accept: 'text/event-stream', onSent, signal,
    onAnswer: request => { if (request.status === 200) events.read(request.responseText); },
  });
  if (request.status !== 200) {
    throw failure(request.status, request.getResponseHeader('Retry-After'), request.responseText);
  }
  if (problem) throw failure(problem.status, null, JSON.stringify(problem));
  if (!answer) throw new Failure(unreachable);
  return answer;
}

/** Finds the events in a text/event-stream that grows. */
class EventReader {
  #done = 0;
  #onEvent;

  constructor(onEvent) {
    this.#onEvent = onEvent;
  }

  /** @param {string} text all of it so far */
  read(text) {
    for (let end; (end = text.indexOf('\n\n', this.#done)) >= 0; this.#done = end + 2) {
      const lines = text.slice(this.#done, end).split('\n');
      const value = field => lines.find(line => line.startsWith(`${field}: `))?.slice(field.length + 2);
      if (value('event')) this.#onEvent(value('event'), JSON.parse(value('data')));
    }
  }
}

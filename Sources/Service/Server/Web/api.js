// The calls of the server, and what went wrong with them in words. Their addresses are relative to the page's own: a proxy
// may have put all of it below a path.

import { keyHeaders } from './key.js';

/** Why a call has no answer, in a sentence for people. */
export class Failure extends Error {
  /** @param {{status?: number, code?: string, retryAfter?: number|null}} facts status 0: no answer came at all */
  constructor(message, { status = 0, code = '', retryAfter = null } = {}) {
    super(message);
    Object.assign(this, { status, code, retryAfter });
  }

  /** Whether a key, or another one, would help. */
  get isLocked() { return this.status === 401 || (this.status === 403 && this.code !== 'origin_not_allowed'); }

  /** Whether the server is only busy, and says or is known to be worth another try in a moment. */
  get isPassing() { return this.status === 429 || (this.status === 503 && this.code !== 'model_unavailable'); }

  /** Whether the same picture may work later. */
  get isRetryable() { return [0, 408, 429].includes(this.status) || this.status >= 500; }
}

export const unreachable = 'The server cannot be reached. Check the connection, then try again.';

const words = {
  413: 'The picture is too large for this server.',
  415: 'This is not a picture of a kind that the server reads.',
  429: 'Too many requests in a short time.',
  503: 'The server is busy.',
  504: 'The caption took too long.',
};

/** The failure that an answer stands for: the problem document's own sentence, or one for its status. */
export function failure(status, header, body) {
  let problem = {};
  try {
    problem = JSON.parse(body) ?? {};
  } catch {
    // Not from this server: a proxy's page, or nothing.
  }
  return new Failure(problem.detail ?? words[status] ?? `The server answered with the status ${status}.`, {
    status, code: problem.code ?? '', retryAfter: seconds(header),
  });
}

/** Retry-After as seconds from now; it may be a number or a date. */
function seconds(header) {
  if (!header) return null;
  const number = Number(header);
  const result = Number.isFinite(number) ? number : (Date.parse(header) - Date.now()) / 1000;
  return Number.isFinite(result) ? Math.min(Math.max(Math.ceil(result), 1), 3600) : null;
}

/** The JSON answer to a GET; with `lenient`, also that of an answer that is no 2xx. */
export async function get(path, { lenient = false } = {}) {
  let response;
  try {
    response = await fetch(path, { headers: { Accept: 'application/json', ...keyHeaders() }, cache: 'no-store' });
  } catch {
    throw new Failure(unreachable);
  }
  const body = await response.text();
  if (!response.ok && !lenient) throw failure(response.status, response.headers.get('Retry-After'), body);
  try {
    return JSON.parse(body);
  } catch {
    throw failure(response.status, null, body);
  }
}

/** The answer to an object sent as JSON: an object, or with another `accept` a file. */
export async function send(path, object, { signal, accept = 'application/json' } = {}) {
  let response;
  try {
    response = await fetch(path, {
      method: 'POST', body: JSON.stringify(object), signal,
      headers: { Accept: accept, 'Content-Type': 'application/json', ...keyHeaders() },
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Failure(unreachable);
  }
  if (!response.ok) throw failure(response.status, response.headers.get('Retry-After'), await response.text());
  return accept === 'application/json' ? response.json() : response.blob();
}

/** The answer to a list of songs, sent as it is. */
export function sendList(path, file, type, { onSent }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${path}?name=${encodeURIComponent(file.name)}`);
    for (const [name, value] of Object.entries({ Accept: 'application/json', 'Content-Type': type, ...keyHeaders() })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable) onSent(event.loaded / event.total);
    });
    request.addEventListener('error', () => reject(new Failure(unreachable)));
    request.addEventListener('load', () => {
      if (request.status < 200 || request.status >= 300) {
        reject(failure(request.status, request.getResponseHeader('Retry-After'), request.responseText));
      } else {
        resolve(JSON.parse(request.responseText));
      }
    });
    request.send(file);
  });
}

/** The answer to one picture, sent as the form's field `image`: an object, or with `accept: 'image/…'` a picture. */
export async function sendPicture(path, file, { onSent, signal, accept = 'application/json' }) {
  const request = await upload(path, file, { onSent, signal, accept, responseType: 'blob' });
  const isFine = request.status >= 200 && request.status < 300;
  if (isFine && accept.startsWith('image/')) return request.response;
  const body = await request.response.text();
  if (!isFine) throw failure(request.status, request.getResponseHeader('Retry-After'), body);
  try {
    return JSON.parse(body);
  } catch {
    throw new Failure('The answer cannot be read. Is there something between this page and the server?');
  }
}

/**
 * The finished request that sent one picture; `onAnswer` is given it whenever more of the answer has come.
 *
 * This is XMLHttpRequest, because fetch does not tell how much of an upload has gone out.
 */
export function upload(path, file, {
  fields = {}, accept, responseType = 'text', onSent = () => {}, onAnswer = () => {}, signal,
}) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', path);
    request.responseType = responseType;
    for (const [name, value] of Object.entries({ Accept: accept, ...keyHeaders() })) {
      request.setRequestHeader(name, value);
    }
    request.upload.addEventListener('progress', event => {
      if (event.lengthComputable) onSent(event.loaded / event.total);
    });
    const answered = () => {
      try {
        onAnswer(request);
      } catch {
        reject(new Failure('The answer cannot be read. Is there something between this page and the server?'));
        request.abort();
      }
    };
    request.addEventListener('progress', answered);
    request.addEventListener('load', () => {
      answered();
      resolve(request);
    });
    request.addEventListener('error', () => reject(new Failure(unreachable)));
    request.addEventListener('abort', () => reject(new DOMException('Given up', 'AbortError')));
    signal?.addEventListener('abort', () => request.abort());
    const form = new FormData();
    for (const [name, value] of Object.entries(fields)) form.append(name, value);
    form.append('image', file, file.name);
    request.send(form);
  });
}

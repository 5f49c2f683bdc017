// The form that tries a call, and what came of it.

import { codeBlock, element } from './element.js';
import { keyHeaders } from './key.js';

/** A form for a call with its headers, its body's fields and the kinds of answer it has. */
export function trial(call, schemas) {
  const rows = [];
  const row = (name, input) => {
    input.id = `${call.id}-${name}`;
    input.name = name;
    rows.push(element('div', { className: 'row' }, element('label', { htmlFor: input.id }, name), input));
    return input;
  };
  const kinds = Object.keys(call.answers[200]?.content ?? {});
  const accept = kinds.length > 1
    ? row('Accept', element('select', {}, ...kinds.map(kind => element('option', {}, kind)))) : null;
  const headers = call.parameters.map(parameter => row(parameter.name, element('input', { type: 'text' })));
  const fields = Object.entries(call.fields).map(([name, field]) => row(name, inputFor(schemas, field, call.isRequired(name))));

  const result = element('div', { className: 'result', role: 'status' });
  const button = element('button', { className: 'button primary' }, 'Send');
  const form = element('form', {}, ...rows, button);
  form.addEventListener('submit', async event => {
    event.preventDefault();
    button.disabled = true;
    result.replaceChildren('Waiting for the answer …');
    const values = headers.filter(input => input.value).map(input => [input.name, input.value]);
    if (accept) values.push(['Accept', accept.value]);
    result.replaceChildren(...await send(call, values, fields));
    button.disabled = false;
  });
  return element('details', { className: 'trial' }, element('summary', {}, 'Try it'), form, result);
}

function inputFor(schemas, node, isRequired) {
  const schema = schemas.resolve(node);
  const isMany = schema.type === 'array';
  const inner = isMany ? schemas.resolve(schema.items) : schema;
  if (inner.format === 'binary') return element('input', { type: 'file', multiple: isMany, required: isRequired });
  if (schema.type === 'integer') return element('input', { type: 'number', min: schema.minimum ?? '', step: 1 });
  return element('input', { type: 'text' });
}

async function send(call, headers, fields) {
  const body = new FormData();
  // Texts first: the server looks at the first picture while the last is still on its way.
  for (const input of fields) if (!input.files && input.value) body.append(input.name, input.value);
  for (const input of fields) for (const file of input.files ?? []) body.append(input.name, file, file.name);
  const began = performance.now();
  try {
    const response = await fetch(`.${call.path}`, {
      method: call.method.toUpperCase(), headers: [...Object.entries(keyHeaders()), ...headers],
      body: fields.length > 0 ? body : undefined, cache: 'no-store',
    });
    const answer = await response.blob();
    const took = Math.round(performance.now() - began);
    return [
      element('p', {}, element('span', { className: response.ok ? 'status' : 'status bad' }, String(response.status)),
        `${response.statusText} · ${took} ms`),
      codeBlock([...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n'), 'Headers of the answer'),
      await shown(answer),
    ];
  } catch (error) {
    return [element('p', { className: 'problem' }, `No answer came: ${error.message}`)];
  }
}

async function shown(answer) {
  if (answer.type.startsWith('image/')) {
    return element('img', { src: URL.createObjectURL(answer), alt: 'The picture that was answered' });
  }
  let text = await answer.text();
  if (answer.type.includes('json')) text = JSON.stringify(JSON.parse(text), null, 2);
  return codeBlock(text.length > 100_000 ? `${text.slice(0, 100_000)} …` : text, 'The answer', { isCopyable: true });
}

// Every call of the server, to read and to try, from its own description.

import { get } from './api.js';
import { codeBlock, element, marked } from './element.js';
import { keepKey, readKey } from './key.js';
import { Schemas } from './schema.js';
import { trial } from './trial.js';

const about = document.getElementById('about');

try {
  const description = await get('openapi.json');
  const schemas = new Schemas(description);
  document.getElementById('version').textContent = `Version ${description.info.version}`;
  about.replaceChildren(...description.info.description.split('\n\n').map(text => element('p', {}, ...marked(text))));
  for (const tag of description.tags) showGroup(tag, calls(description, schemas).filter(call => call.tag === tag.name), schemas);
  document.getElementById(location.hash.slice(1))?.scrollIntoView();
} catch (error) {
  about.replaceChildren(element('p', { className: 'problem' }, `The description cannot be read: ${error.message}`));
}

document.getElementById('docs-key').addEventListener('submit', event => {
  event.preventDefault();
  keepKey(document.getElementById('docs-key-input').value.trim());
  document.getElementById('docs-key-input').value = '';
  showKey();
});
showKey();

function showKey() {
  document.getElementById('docs-key-state').textContent = readKey() ? 'A key is in use until you close this tab.' : '';
}

/** The calls of the description, with what concerns them looked up. */
function calls(description, schemas) {
  return Object.entries(description.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => {
      const body = schemas.resolve(operation.requestBody?.content['multipart/form-data']?.schema);
      return {
        path, method, id: operation.operationId, tag: operation.tags[0],
        summary: operation.summary, description: operation.description,
        parameters: (operation.parameters ?? []).map(parameter => schemas.resolve(parameter)),
        fields: body.properties ?? {},
        isRequired: name => (body.required ?? []).includes(name),
        answers: Object.fromEntries(Object.entries(operation.responses).map(([status, answer]) =>
          [status, schemas.resolve(answer)])),
      };
    }));
}

function showGroup(tag, group, schemas) {
  const contents = document.getElementById('contents');
  contents.append(element('li', { className: 'group' }, tag.name));
  for (const call of group) {
    contents.append(element('li', {}, element('a', { href: `#${call.id}` }, badge(call.method), call.path)));
    document.getElementById('calls').append(section(call, schemas));
  }
}

function badge(method) {
  return element('span', { className: `method ${method}` }, method.toUpperCase());
}

function mark(isRequired) {
  return isRequired ? element('span', { className: 'must' }, 'required') : null;
}

function section(call, schemas) {
  const fields = Object.entries(call.fields);
  return element('section', { className: 'call', id: call.id, 'aria-labelledby': `${call.id}-title` },
    element('h2', { id: `${call.id}-title` }, badge(call.method), call.path),
    element('p', { className: 'summary' }, call.summary),
    call.description ? element('p', { className: 'about' }, ...marked(call.description)) : null,
    codeBlock(curl(call, schemas), `curl line of ${call.path}`, { isCopyable: true }),
    fields.length > 0 ? element('h3', {}, 'Fields of the form') : null,
    fields.length > 0 ? element('ul', { className: 'fields' }, ...fields.map(([name, field]) =>
      schemas.field(name, schemas.resolve(field), mark(call.isRequired(name))))) : null,
    call.parameters.length > 0 ? element('h3', {}, 'Headers') : null,
    element('ul', { className: 'fields' }, ...call.parameters.map(parameter =>
      schemas.field(parameter.name, { ...schemas.resolve(parameter.schema), description: parameter.description }, mark(parameter.required)))),
    element('h3', {}, 'Answers'),
    element('div', { className: 'answers' }, ...Object.entries(call.answers).map(([status, answer]) =>
      answerDetails(call, status, answer, schemas))),
    trial(call, schemas));
}

function answerDetails(call, status, answer, schemas) {
  const [kind, content] = Object.entries(answer.content ?? {})[0] ?? [];
  const isData = kind?.includes('json');
  return element('details', {},
    element('summary', {},
      element('span', { className: status < 400 ? 'status' : 'status bad' }, status), ...marked(answer.description)),
    element('div', { className: 'inside' },
      kind ? element('p', {}, ...marked(Object.keys(answer.content).map(name => `\`${name}\``).join(' or '))) : null,
      isData ? schemas.fields(content.schema) : null,
      isData ? codeBlock(JSON.stringify(content.example ?? schemas.example(content.schema), null, 2),
        `Example of ${status} from ${call.path}`) : null));
}

/** A line for a terminal that makes the call. */
function curl(call, schemas) {
  const files = Object.entries(call.fields).filter(([name]) => call.isRequired(name)).flatMap(([name, field]) =>
    schemas.resolve(field).type === 'array' ? [`${name}=@one.jpg`, `${name}=@two.jpg`] : [`${name}=@photo.jpg`]);
  return ['curl', ...files.map(file => `-F "${file}"`), new URL(`.${call.path}`, document.baseURI).href].join(' ');
}

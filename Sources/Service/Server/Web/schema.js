// Schemas of the description, as lists that people read and as examples.

import { element, marked } from './element.js';

export class Schemas {
  #document;

  constructor(document) {
    this.#document = document;
  }

  /** What a reference stands for, all parts of an allOf together; what stands beside a reference goes before it. */
  resolve(node = {}) {
    const { $ref: reference, allOf = [], ...own } = node;
    const parts = [...allOf];
    if (reference) {
      const keys = reference.replace(/^#\//, '').split('/');
      parts.unshift(keys.reduce((place, key) => place[key], this.#document));
    }
    return parts.map(part => this.resolve(part)).concat(own).reduce((sum, part) => ({
      ...sum, ...part,
      ...(sum.properties || part.properties ? { properties: this.#joined(sum.properties, part.properties) } : {}),
    }), {});
  }

  #joined(one = {}, other = {}) {
    const result = { ...one };
    for (const [name, schema] of Object.entries(other)) result[name] = { ...this.resolve(result[name]), ...schema };
    return result;
  }

  /** The fields of an answer's object, or of the objects of its array, with what is inside them. */
  fields(node) {
    const schema = this.resolve(node);
    const inside = schema.type === 'array' ? this.resolve(schema.items) : schema;
    const properties = Object.entries(inside.properties ?? {});
    if (properties.length === 0) return null;
    return element('ul', { className: 'fields' }, ...properties.map(([name, property]) => {
      const field = this.resolve(property);
      const isMissing = !(inside.required ?? []).includes(name);
      return this.field(name, field, isMissing ? element('span', { className: 'maybe' }, 'not always there') : null);
    }));
  }

  /** One field: its name, kind and meaning, and a mark behind them. */
  field(name, schema, mark) {
    return element('li', {},
      element('code', {}, name), ' ',
      element('span', { className: 'kind' }, this.kind(schema)), ' ',
      mark,
      schema.description ? element('p', {}, ...marked(schema.description)) : null,
      this.fields(schema));
  }

  /** The kind of a value in words: "whole number from 1", "one of 0, 1". */
  kind(node) {
    const schema = this.resolve(node);
    if ('const' in schema) return `always ${JSON.stringify(schema.const)}`;
    if (schema.enum?.length === 1) return `always ${JSON.stringify(schema.enum[0])}`;
    if (schema.enum) return `one of ${schema.enum.map(value => JSON.stringify(value)).join(', ')}`;
    if (schema.type === 'array') return `list of ${schema.items ? this.kind(schema.items) : 'two whole numbers'}`;
    if (schema.format === 'binary') return 'file';
    if (schema.format === 'date-time') return 'moment, ISO 8601';
    const names = { integer: 'whole number', number: 'number', boolean: 'true or false', string: 'text', object: 'object' };
    const name = [schema.type].flat().map(type => names[type] ?? type).join(' or ');
    const from = schema.minimum === undefined ? '' : ` from ${schema.minimum}`;
    return name + from + (schema.maximum === undefined ? '' : ` to ${schema.maximum}`);
  }

  /** A value that fits, from the examples of the description. */
  example(node) {
    const schema = this.resolve(node);
    if ('example' in schema) return schema.example;
    if ('const' in schema) return schema.const;
    if (schema.enum) return schema.enum[0];
    switch ([schema.type].flat()[0]) {
      case 'array': return schema.items ? [this.example(schema.items)] : [];
      case 'integer': case 'number': return schema.minimum ?? 0;
      case 'boolean': return true;
      case 'string': return '…';
      default: {
        const required = schema.required ?? [];
        const shown = Object.entries(schema.properties ?? {}).filter(([name, property]) =>
          required.includes(name) || 'example' in this.resolve(property));
        return Object.fromEntries(shown.map(([name, property]) => [name, this.example(property)]));
      }
    }
  }
}

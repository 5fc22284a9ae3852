'use strict';
const $ = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const element = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};
const data = id => { const block = document.getElementById(id); return block ? JSON.parse(block.textContent) : null; };
const bytes_of = text => Uint8Array.from(atob(text), c => c.charCodeAt(0));
const inflate = async text =>
  new Uint8Array(await new Response(new Blob([bytes_of(text)]).stream().pipeThrough(new DecompressionStream('deflate'))).arrayBuffer());
const css_value = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
// State of the view, in the address, so that a link restores it.
const state = new URLSearchParams(location.hash.startsWith('#?') ? location.hash.slice(2) : '');
const keep = (key, value) => {
  if (value === '' || value === null) state.delete(key); else state.set(key, value);
  history.replaceState(null, '', '#?' + state);
};
const save = (name, content, type) => {
  const link = element('a', {href: URL.createObjectURL(new Blob([content], {type})), download: name});
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
const button = (words, act, properties = {}) => {
  const made = element('button', {type: 'button', textContent: words, ...properties});
  made.addEventListener('click', act);
  return made;
};
const say = text => { $('#live').textContent = text; };
document.body.append(element('div', {id: 'live', className: 'sr', role: 'status', ariaLive: 'polite'}),
                     element('div', {id: 'tip', hidden: true}));
const packed_tables = data('tables') || {};
const table_text = async name => {
  const {rows, packed} = packed_tables[name], text = new TextDecoder().decode(await inflate(packed));
  if (!rows) return text;
  const fields = text.split('\n'), columns = fields.length / rows;
  let csv = '';
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) csv += fields[column * rows + row] + (column + 1 < columns ? ',' : '\n');
  return csv;
};
// RFC 4180
const parse_csv = text => {
  const rows = [];
  let row = [], at = 0;
  while (at < text.length) {
    let field = '';
    if (text[at] === '"') {
      for (at++; at < text.length; at++) {
        if (text[at] !== '"') field += text[at];
        else if (text[at + 1] === '"') { field += '"'; at++; }
        else break;
      }
      at++;
    } else {
      const end = at;
      while (at < text.length && text[at] !== ',' && text[at] !== '\n') at++;
      field = text.slice(end, at);
    }
    row.push(field);
    if (text[at] !== ',') { rows.push(row); row = []; }
    at++;
  }
  return rows;
};

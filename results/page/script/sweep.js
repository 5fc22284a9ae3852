// Any column of a sweep against any other, in any colour: ten thousand points on a canvas.
const explore = async name => {
  const rows = parse_csv(await table_text(name)), names = rows.shift();
  const panel = $('#front') || $('#lines') || $('#figures');
  const columns = names.map((_, i) => rows.map(row => row[i]));
  const numeric = columns.map(column => column.every(text => text === '' || !isNaN(text)) && new Set(column).size > 1);
  const number = columns.map((column, i) => numeric[i] ? Float64Array.from(column, text => text === '' ? NaN : +text) : null);
  const words = names.map((_, i) => i).filter(i => numeric[i] || (new Set(columns[i]).size > 1 && new Set(columns[i]).size < 9));
  const find = (key, fallback) => Math.max(0, names.indexOf(state.get(key) || fallback));
  const select = (label, key, list, chosen) => {
    const made = element('select', {ariaLabel: label}, ...list.map(i => element('option', {value: i, textContent: names[i] || 'one colour', selected: i === chosen})));
    made.addEventListener('change', () => { keep(key, names[+made.value] || ''); draw(); });
    return made;
  };
  const numbers = names.map((_, i) => i).filter(i => numeric[i]);
  if (numbers.length < 2) return;
  const rate = names.find(n => n.startsWith('tokens_per_second_per_user')) || names[numbers[numbers.length - 1]];
  const x = select('across', 'x', numbers, find('x', names[numbers.find(i => i > 0)])), y = select('up', 'y', numbers, find('y', rate));
  const colour = select('colour', 'colour', words, find('colour', names[words.find(i => i > 0 && new Set(columns[i]).size < 9) ?? words[0]]));
  const canvas = element('canvas', {className: 'plot', width: 1760, height: 840, tabIndex: 0, role: 'img'}), pen = canvas.getContext('2d');
  const told = element('div', {className: 'read'});
  panel.append(element('h3', {textContent: 'Any column against any other'}),
    element('div', {className: 'explore'}, element('label', {}, 'Across ', x), element('label', {}, 'Up ', y), element('label', {}, 'Colour ', colour)),
    canvas, told, element('p', {className: 'note', textContent: 'Point at a point for its row; click two to see what one is beside the other.'}));
  const okabe = ['#0072b2', '#d55e00', '#009e73', '#cc79a7', '#e69f00', '#56b4e9', '#6455b8', '#d9c71c'];
  let places = [], pinned = [];
  const text_of = value => Number.isInteger(value) || Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(+value.toPrecision(4));
  const draw = () => {
    const ink = css_value('--ink'), mute = css_value('--mute'), line = css_value('--line');
    const xs = number[+x.value], ys = number[+y.value], c = +colour.value;
    const extent = list => list.reduce((e, v) => isNaN(v) ? e : [Math.min(e[0], v), Math.max(e[1], v)], [Infinity, -Infinity]);
    const [x0, x1] = extent(xs), [y0, y1] = extent(ys);
    const left = 150, right = 1730, top = 90, bottom = 740;
    pen.clearRect(0, 0, 1760, 840);
    pen.font = '26px system-ui, sans-serif';
    pen.fillStyle = mute;
    pen.strokeStyle = line;
    const sx = v => left + 20 + (right - left - 40) * (x1 > x0 ? (v - x0) / (x1 - x0) : 0.5), sy = v => bottom - 16 - (bottom - top - 32) * (y1 > y0 ? (v - y0) / (y1 - y0) : 0.5);
    for (let i = 0; i <= 4; i++) {
      const vx = x0 + (x1 - x0) * i / 4, vy = y0 + (y1 - y0) * i / 4;
      pen.beginPath(); pen.moveTo(sx(vx), top); pen.lineTo(sx(vx), bottom); pen.moveTo(left, sy(vy)); pen.lineTo(right, sy(vy)); pen.stroke();
      pen.textAlign = 'center'; pen.fillText(text_of(vx), sx(vx), bottom + 34);
      pen.textAlign = 'right'; pen.fillText(text_of(vy), left - 12, sy(vy) + 9);
    }
    pen.fillStyle = ink;
    pen.textAlign = 'center'; pen.fillText(names[+x.value], (left + right) / 2, bottom + 78);
    pen.textAlign = 'left'; pen.fillText(names[+y.value], 12, 34);
    const kinds = numeric[c] && new Set(columns[c]).size > 8 ? null : [...new Set(columns[c])].sort((a, b) => a - b || String(a).localeCompare(b));
    const [c0, c1] = kinds ? [0, 1] : extent(number[c]);
    const shade = i => kinds ? okabe[kinds.indexOf(columns[c][i]) % 8] : `hsl(${220 - 180 * (number[c][i] - c0) / (c1 - c0 || 1)} 75% 50%)`;
    let at = 620;
    if (kinds) for (const [k, kind] of kinds.entries()) {
      pen.fillStyle = okabe[k % 8]; pen.fillRect(at, 16, 22, 22);
      pen.fillStyle = ink; pen.fillText(kind || 'none', at + 30, 36); at += 60 + pen.measureText(kind || 'none').width;
    }
    places = [];
    const size = rows.length > 2000 ? 3 : rows.length > 300 ? 5 : 8;
    for (let i = 0; i < rows.length; i++) {
      if (isNaN(xs[i]) || isNaN(ys[i])) continue;
      const px = sx(xs[i]), py = sy(ys[i]);
      places.push([px, py, i]);
      pen.fillStyle = shade(i);
      pen.beginPath(); pen.arc(px, py, size, 0, 7); pen.fill();
    }
    pen.strokeStyle = ink; pen.lineWidth = 4;
    for (const i of pinned) if (!isNaN(xs[i])) { pen.beginPath(); pen.arc(sx(xs[i]), sy(ys[i]), size + 7, 0, 7); pen.stroke(); }
    pen.lineWidth = 1;
    canvas.ariaLabel = `${names[+y.value]} over ${names[+x.value]} of ${places.length} points`;
  };
  const nearest = event => {
    const area = canvas.getBoundingClientRect(), px = (event.clientX - area.left) * 1760 / area.width, py = (event.clientY - area.top) * 840 / area.height;
    let best = null, least = 900;
    for (const [qx, qy, i] of places) { const d = (qx - px) ** 2 + (qy - py) ** 2; if (d < least) { least = d; best = i; } }
    return best;
  };
  const row_text = i => `point ${i}: ` + names.map((name, k) => k > 0 && k < 9 ? `${name} ${columns[k][i]}` : '').filter(Boolean).join(', ');
  canvas.addEventListener('pointermove', event => { const i = nearest(event); if (i !== null && pinned.length < 2) told.textContent = row_text(i); });
  canvas.addEventListener('click', event => {
    const i = nearest(event);
    pinned = i === null ? [] : pinned.length > 1 ? [i] : [...pinned, i];
    draw();
    if (pinned.length === 2) {
      const change = list => (100 * (list[pinned[1]] / list[pinned[0]] - 1)).toPrecision(3) + ' %';
      told.textContent = `Point ${pinned[1]} beside ${pinned[0]}: ${names[+y.value]} ${change(number[+y.value])}, ${names[+x.value]} ${change(number[+x.value])}`;
    }
  });
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', draw);
  draw();
};

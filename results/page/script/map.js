// The PEs over time. A frame is inflated when it is shown; cells are pooled by maximum where the screen has fewer dots.
const draw_map = async maps => {
  const box = $('#map'), stack = $('.stack', box), svg = $('svg', stack);
  const columns = Math.ceil(maps.columns / maps.pooled), rows = Math.ceil(maps.rows / maps.pooled);
  const canvas = element('canvas'), pen = canvas.getContext('2d');
  const colours = bytes_of(maps.palette), palette = new Uint32Array(256);
  for (let i = 0; i < 256; i++) palette[i] = 0xff000000 | colours[3 * i + 2] << 16 | colours[3 * i + 1] << 8 | colours[3 * i];
  const layers = Object.fromEntries(maps.layers.map(layer => [layer.id, layer]));
  let layer = layers[state.get('map') || maps.first_layer] || maps.layers[0], frame = +(state.get('window') || maps.first), cells = null, playing = 0, speed = 8;
  canvas.setAttribute('aria-hidden', 'true');
  stack.prepend(canvas);
  $('.poster', svg).setAttribute('visibility', 'hidden');
  const fit = () => {
    const high = Math.min(innerHeight * 0.78, 660), ratio = maps.columns / maps.rows;
    stack.style.maxWidth = Math.min(880, high * ratio) + 'px';
  };
  const cache = new Map();
  const cells_of = async (of, number) => {
    const key = of.id + number;
    if (!cache.has(key)) {
      if (cache.size > 24) cache.delete(cache.keys().next().value);
      cache.set(key, await inflate(of.frames[number]));
    }
    return cache.get(key);
  };
  // One cell a dot of the canvas, or the largest of k x k.
  const paint = () => {
    const started = performance.now();
    const dots = Math.max(1, Math.round(stack.clientWidth * devicePixelRatio)), k = Math.max(1, Math.ceil(columns / dots));
    const width = Math.ceil(columns / k), height = Math.ceil(rows / k);
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    const image = pen.createImageData(width, height), out = new Uint32Array(image.data.buffer);
    if (k === 1) for (let i = 0; i < out.length; i++) out[i] = palette[cells[i]];
    else {
      const most = new Uint8Array(width * height);
      for (let y = 0, i = 0; y < rows; y++) {
        const line = (y / k | 0) * width;
        for (let x = 0; x < columns; x++, i++) {
          const to = line + (x / k | 0);
          if (cells[i] > most[to]) most[to] = cells[i];
        }
      }
      for (let i = 0; i < out.length; i++) out[i] = palette[most[i]];
    }
    pen.putImageData(image, 0, 0);
    scribeline.frame_ms = performance.now() - started;
  };
  const range = element('input', {type: 'range', min: 0, value: frame, ariaLabel: 'window of time'});
  const words = element('span', {className: 'read'}), pointed = element('div', {className: 'read'});
  const cycle = number => maps.window_cycles.slice(0, number).reduce((sum, each) => sum + each, 0);
  const describe = () => layer.frames.length < 2 ? layer.meaning
    : `window ${frame + 1} of ${layer.frames.length}: cycles ${cycle(frame).toLocaleString('en')} to ${(cycle(frame) + maps.window_cycles[frame]).toLocaleString('en')}`;
  const show = async () => {
    frame = Math.max(0, Math.min(layer.frames.length - 1, frame));
    const wanted = layer.id + frame, got = await cells_of(layer, frame);
    if (wanted !== layer.id + frame) return;
    cells = got;
    paint();
    range.max = layer.frames.length - 1;
    range.value = frame;
    words.textContent = describe();
    for (const each of timed) each.disabled = layer.frames.length < 2;
    for (const each of choices) each.setAttribute('aria-pressed', each.value === layer.id);
    scribeline.shown = {layer: layer.id, window: frame};
  };
  const remember = () => { keep('map', layer.id); keep('window', layer.frames.length > 1 ? frame : ''); say(describe()); };
  const go = async to => { frame = to; await show(); remember(); };
  const choose = async id => { layer = layers[id] || layer; if (layer.frames.length < 2) stop(); await show(); remember(); };
  const stop = () => { clearInterval(playing); playing = 0; play.textContent = 'Play'; };
  const start = () => {
    if (layer.frames.length < 2) return;
    play.textContent = 'Pause';
    clearInterval(playing);
    playing = setInterval(() => { frame = (frame + 1) % layer.frames.length; show(); }, 1000 / speed);
  };
  const play = button('Play', () => { if (playing) { stop(); remember(); } else start(); });
  const pace = element('select', {ariaLabel: 'windows a second'}, ...[2, 4, 8, 16, 30].map(n => element('option', {value: n, textContent: n + ' windows a second', selected: n === speed})));
  pace.addEventListener('change', () => { speed = +pace.value; if (playing) start(); });
  range.addEventListener('input', () => { stop(); go(+range.value); });
  const choices = maps.layers.map(each => button(each.name, () => choose(each.id), {value: each.id, title: each.meaning}));
  const timed = [play, range, pace];
  const scale = element('canvas', {width: 256, height: 1}), strip = scale.getContext('2d').createImageData(256, 1);
  new Uint32Array(strip.data.buffer).set(palette);
  scale.getContext('2d').putImageData(strip, 0, 0);
  const at = share => Math.round(100 * share) + ' %';
  const legend = element('div', {className: 'legend'}, '0 %', scale,
    `100 %; the middle is ${at(Math.pow(0.5, 1 / maps.power))}, by a power scale of ${maps.power}`);
  box.prepend(element('div', {className: 'mapbar'}, ...choices));
  box.append(element('div', {className: 'mapbar'}, play, button('\u25c0', () => { stop(); go(frame - 1); }, {ariaLabel: 'one window back'}),
    button('\u25b6', () => { stop(); go(frame + 1); }, {ariaLabel: 'one window on'}), range, pace), words, legend, pointed);
  const cell_at = (x, y) => {
    const i = Math.floor(y / maps.pooled) * columns + Math.floor(x / maps.pooled);
    const share = Math.pow(cells[i] / 255, 1 / maps.power);
    let rx = maps.scribe_x.filter(s => s <= x).length, ry = maps.scribe_y.filter(s => s <= y).length;
    return `PE ${x}, ${y} in reticle column ${rx}, row ${ry}: about ${(100 * share).toPrecision(2)} % (${layer.name})`;
  };
  stack.addEventListener('pointermove', event => {
    const area = stack.getBoundingClientRect();
    const x = Math.floor((event.clientX - area.left) / area.width * maps.columns), y = Math.floor((event.clientY - area.top) / area.height * maps.rows);
    if (cells && x >= 0 && y >= 0 && x < maps.columns && y < maps.rows) pointed.textContent = cell_at(x, y);
  });
  box.addEventListener('keydown', event => {
    if (event.target !== box && event.target !== range) return;
    const moves = {ArrowLeft: -1, ArrowRight: 1, PageUp: -8, PageDown: 8};
    if (event.key in moves) { stop(); go(frame + moves[event.key]); }
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(layer.frames.length - 1);
    else if (event.key === ' ') play.click();
    else if (event.key === '[' || event.key === ']') { pace.selectedIndex = Math.max(0, Math.min(4, pace.selectedIndex + (event.key === ']' ? 1 : -1))); pace.dispatchEvent(new Event('change')); }
    else return;
    event.preventDefault();
  });
  addEventListener('resize', () => { fit(); if (cells) paint(); });
  fit();
  await show();
  scribeline.map = {show: async (id, number) => { layer = layers[id]; frame = number; await show(); }, cell: (x, y) => cells[Math.floor(y / maps.pooled) * columns + Math.floor(x / maps.pooled)],
    pixel: (x, y) => [...pen.getImageData(Math.floor(x / maps.pooled * canvas.width / columns), Math.floor(y / maps.pooled * canvas.height / rows), 1, 1).data]};
};

// Words at the pointer, and what a figure can be saved as.
for (const title of all('.fig title')) {
  title.parentNode.dataset.tip = title.textContent;
  title.remove();
}
addEventListener('pointerover', event => {
  const marked = event.target.closest && event.target.closest('[data-tip]');
  $('#tip').hidden = !marked;
  if (marked) $('#tip').textContent = marked.dataset.tip;
});
addEventListener('pointermove', event => {
  const tip = $('#tip');
  if (tip.hidden) return;
  tip.style.left = Math.min(event.clientX + 14, innerWidth - tip.offsetWidth - 8) + 'px';
  tip.style.top = (event.clientY + 22 + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 12 : event.clientY + 18) + 'px';
});
const svg_text = figure => {
  const copy = $('svg', figure).cloneNode(true);
  copy.setAttribute('xmlns', 'http://www.w3.org/2000/svg');
  copy.setAttribute('width', copy.viewBox.baseVal.width);
  copy.setAttribute('height', copy.viewBox.baseVal.height);
  copy.prepend(element('style', {textContent: $('style').textContent}));
  return new XMLSerializer().serializeToString(copy);
};
const save_png = figure => {
  const image = new Image(), canvas = element('canvas'), svg = $('svg', figure).viewBox.baseVal;
  image.onload = () => {
    canvas.width = svg.width * 2;
    canvas.height = svg.height * 2;
    const pen = canvas.getContext('2d');
    pen.fillStyle = css_value('--paper');
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.drawImage(image, 0, 0, canvas.width, canvas.height);
    canvas.toBlob(blob => save(figure.dataset.name + '.png', blob, 'image/png'));
  };
  image.src = 'data:image/svg+xml,' + encodeURIComponent(svg_text(figure));
};
const copy_button = text => {
  const made = button('Copy', async () => {
    try { await navigator.clipboard.writeText(text); made.textContent = 'Copied'; }
    catch { made.textContent = 'Press Ctrl+C'; }
    setTimeout(() => { made.textContent = 'Copy'; }, 1500);
  }, {className: 'copy'});
  return made;
};
for (const figure of all('figure').filter(each => $('.canvas', each))) {
  const typed = `${$('main').dataset.command} --figure ${figure.dataset.name} -o ${figure.dataset.name}.svg`;
  const tools = element('div', {className: 'tools'});
  tools.append(button('SVG', () => save(figure.dataset.name + '.svg', svg_text(figure), 'image/svg+xml')),
               button('PNG', () => save_png(figure)));
  const csv = figure.dataset.csv;
  if (csv && packed_tables[csv])
    tools.append(button('CSV', async () => save(csv, await table_text(csv), 'text/csv')));
  const command = element('pre', {className: 'cmd', tabIndex: 0, hidden: true}, element('code', {textContent: typed}), copy_button(typed));
  tools.append(button('Command', event => {
    command.hidden = !command.hidden;
    event.currentTarget.setAttribute('aria-expanded', !command.hidden);
  }, {ariaExpanded: 'false'}));
  figure.append(tools, command);
}
for (const command of all('section pre.cmd:not(figure pre)')) command.append(copy_button($('code', command).textContent));
// A link into a folded part opens it.
const open_target = () => {
  const target = location.hash.length > 1 && !location.hash.startsWith('#?') && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  if (target && target.tagName === 'DETAILS') { target.open = true; target.scrollIntoView({block: 'nearest'}); }
};
addEventListener('hashchange', open_target);
open_target();
addEventListener('beforeprint', () => { for (const folded of all('details')) folded.open = true; });

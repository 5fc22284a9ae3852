// Columns are sorted by a click on their heading.
for (const table of all('table')) {
  const body = table.tBodies[0];
  if (body.rows.length < 3) continue;
  all('th', table).forEach((heading, column) => {
    if (!heading.textContent) return;
    const sort = button('', () => {
      const up = heading.getAttribute('aria-sort') === 'descending';
      for (const other of all('th', table)) other.removeAttribute('aria-sort');
      heading.setAttribute('aria-sort', up ? 'ascending' : 'descending');
      const key = row => { const cell = row.cells[column]; const text = cell.textContent, plain = text.replace(/[,%<+ ]/g, '');
        return cell.dataset.v !== undefined ? +cell.dataset.v : plain !== '' && !isNaN(plain) ? +plain : text; };
      const rows = [...body.rows].sort((a, b) => {
        const x = key(a), y = key(b);
        const order = typeof x === 'number' && typeof y === 'number' ? x - y : String(x).localeCompare(String(y));
        return up ? order : -order;
      });
      body.append(...rows);
    });
    sort.append(...heading.childNodes);
    heading.append(sort);
  });
}

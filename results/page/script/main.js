// For the tests: when the page was ready, and how long a frame took to draw.
const scribeline = window.scribeline = {};
(async () => {
  const maps = data('maps'), points = data('points');
  if (maps) await draw_map(maps);
  if (points && packed_tables[points]) await explore(points);
  scribeline.ready_ms = performance.now();
  document.documentElement.dataset.ready = 'yes';
})();

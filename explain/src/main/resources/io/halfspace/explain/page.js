(() => {
  'use strict';
  const view = document.getElementById('view');
  const svg = document.getElementById('network');
  const tip = document.getElementById('tip-box');
  const table = document.getElementById('layers');
  const lines = [...table.tBodies[0].rows];

  // Pointing at a layer: what there is to say of it, and all layers that share its groups.
  function showTip(text, event) {
    const [head, ...rest] = text.split('\n');
    const title = document.createElement('b');
    title.textContent = head;
    tip.replaceChildren(title, document.createTextNode('\n' + rest.join('\n')));
    tip.hidden = false;
    const left = Math.min(event.clientX + 16, innerWidth - tip.offsetWidth - 8);
    const below = event.clientY + 18;
    const top = below + tip.offsetHeight > innerHeight ? event.clientY - tip.offsetHeight - 12 : below;
    tip.style.left = Math.max(4, left) + 'px';
    tip.style.top = Math.max(4, top) + 'px';
  }
  function light(row, on) {
    svg.classList.toggle('lit', on);
    if (!on) {
      svg.querySelectorAll('.row.on').forEach(other => other.classList.remove('on'));
      return;
    }
    row.classList.add('on');
    row.dataset.f.split(' ').filter(f => f).slice(0, 40).forEach(f =>
      svg.querySelectorAll('.row[data-f~="' + f + '"]').forEach(other => other.classList.add('on')));
  }
  if (svg) {
    svg.querySelectorAll('.row').forEach(row => {
      const title = row.querySelector('title');
      const text = title.textContent;
      title.remove();
      row.setAttribute('aria-label', text);
      row.addEventListener('mousemove', event => showTip(text, event));
      row.addEventListener('mouseenter', () => light(row, row.dataset.f !== ''));
      row.addEventListener('mouseleave', () => { tip.hidden = true; light(row, false); });
      row.addEventListener('click', () => {
        const line = lines[row.dataset.i];
        if (line && !moved) {
          table.querySelectorAll('.chosen').forEach(other => other.classList.remove('chosen'));
          line.hidden = false;
          line.classList.add('chosen');
          line.scrollIntoView({block: 'center', behavior: 'smooth'});
        }
      });
    });
  }

  // Zooming and moving the drawing.
  let scale = 1;
  let moved = false;
  function zoom(to, x, y) {
    if (!svg) return;
    const box = svg.viewBox.baseVal;
    const next = Math.min(4, Math.max(0.03, to));
    const px = x === undefined ? view.clientWidth / 2 : x;
    const py = y === undefined ? view.clientHeight / 2 : y;
    const cx = (view.scrollLeft + px) / scale;
    const cy = (view.scrollTop + py) / scale;
    scale = next;
    svg.setAttribute('width', box.width * scale);
    svg.setAttribute('height', box.height * scale);
    view.scrollLeft = cx * scale - px;
    view.scrollTop = cy * scale - py;
  }
  if (svg) {
    const box = svg.viewBox.baseVal;
    const fitWidth = view.clientWidth / box.width;
    const fit = () => Math.min(1, fitWidth, view.clientHeight / box.height);
    zoom(Math.max(Math.min(1, fitWidth), 0.45), 0, 0);
    const first = svg.querySelector('.card').getBoundingClientRect();
    view.scrollLeft += first.left + first.width / 2 - view.getBoundingClientRect().left - view.clientWidth / 2;
    document.getElementById('in').onclick = () => zoom(scale * 1.3);
    document.getElementById('out').onclick = () => zoom(scale / 1.3);
    document.getElementById('fit').onclick = () => zoom(fit(), 0, 0);
    view.addEventListener('wheel', event => {
      if (event.ctrlKey || event.metaKey) {
        event.preventDefault();
        const place = view.getBoundingClientRect();
        zoom(scale * Math.exp(-event.deltaY / 300), event.clientX - place.left, event.clientY - place.top);
      }
    }, {passive: false});
    let from = null;
    view.addEventListener('pointerdown', event => {
      moved = false;
      if (event.pointerType === 'mouse' && event.button === 0) {
        from = [event.clientX, event.clientY, view.scrollLeft, view.scrollTop];
      }
    });
    addEventListener('pointermove', event => {
      if (from) {
        const dx = event.clientX - from[0];
        const dy = event.clientY - from[1];
        moved = moved || Math.abs(dx) + Math.abs(dy) > 4;
        view.scrollLeft = from[2] - dx;
        view.scrollTop = from[3] - dy;
      }
    });
    addEventListener('pointerup', () => { from = null; });
    document.getElementById('measure').onchange = event => { view.className = event.target.value; };
  }

  // Searching and sorting the table.
  const search = document.getElementById('search');
  const found = document.getElementById('found');
  const texts = lines.map(line => line.textContent.toLowerCase());
  search.addEventListener('input', () => {
    const words = search.value.toLowerCase().split(' ').filter(word => word);
    let count = 0;
    lines.forEach((line, i) => {
      line.hidden = !words.every(word => texts[i].includes(word));
      count += line.hidden ? 0 : 1;
    });
    found.textContent = words.length ? count + ' of ' + lines.length : '';
  });
  [...table.tHead.rows[0].cells].forEach((head, column) => {
    let up = head.classList.contains('n');
    head.tabIndex = 0;
    head.onclick = () => {
      const value = line => {
        const cell = line.cells[column];
        return head.classList.contains('n') ? Number(cell.dataset.v || 0) : cell.textContent;
      };
      const order = up ? -1 : 1;
      up = !up;
      const sorted = lines.map((line, i) => [value(line), i, line]);
      sorted.sort((a, b) => (a[0] < b[0] ? -order : a[0] > b[0] ? order : a[1] - b[1]));
      table.tBodies[0].append(...sorted.map(entry => entry[2]));
    };
    head.onkeydown = event => { if (event.key === 'Enter') head.onclick(); };
  });
})();
